"""Measures a release server against the bars of the design and prints the result as Markdown.

Every ratio is of figures from the same round, a few seconds apart, and the median of all rounds: what else the machine
does then falls on both sides. News goes to standard error, the tables alone to standard output.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from rig import postgres, process
from rig.http import ClosedLoops
from rig.load import LoadError, Tool
from rig.plan import Plan
from rig.report import Quiet, Row, machine, table
from rig.seeding import ROOT, seed
from rig.servers import ServerError


def main() -> int:
    parser = argparse.ArgumentParser(prog="Scripts/bench", description="Measures a release server against the bars.")
    parser.add_argument("--quick", action="store_true", help="two minutes, with 1 and 100 thousand accounts")
    parser.add_argument("--accounts", metavar="N,N", help="sizes of data directories (1000,1000000,10000000)")
    parser.add_argument("--binary", type=Path, required=True, help="the server, a release build")
    parser.add_argument("--bench-binary", type=Path, required=True, help="latchkey-bench, a release build")
    parser.add_argument("--cache", type=Path, default=ROOT / ".build-bench", help="where data directories are kept")
    arguments = parser.parse_args()
    quiet = Quiet()
    sizes = arguments.accounts or ("1000,100000" if arguments.quick else "1000,1000000,10000000")
    try:
        rows, details = measure(arguments, sorted({int(size) for size in sizes.split(",")}))
    except (LoadError, ServerError, OSError, subprocess.TimeoutExpired) as error:
        print(f"Scripts/bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        # Every server has been ended on the way here.
        return 130
    bars = table(["what", "measured", "bar", "met", ""], [row.cells() for row in rows])
    print(f"{machine()}. {quiet.sentence()}", bars, details, sep="\n\n")
    return 0 if all(row.is_met for row in rows) else 1


def measure(arguments: argparse.Namespace, sizes: list[int]) -> tuple[list[Row], str]:
    binary, tool, plan = arguments.binary.resolve(), Tool(arguments.bench_binary.resolve()), Plan.of(arguments.quick)
    seeded = [seed(tool, arguments.cache, accounts) for accounts in sizes]
    # The bars speak of one million accounts; the size nearest to that stands for it.
    usual = min(seeded, key=lambda one: abs(one.accounts - 1_000_000))
    loops = ClosedLoops(binary, plan, seeded, usual)
    rows = [
        *loops.rows(),
        process.verify_inside(tool, plan, usual),
        process.generate(binary, tool, plan, usual),
        *process.flood(binary, tool, plan, usual),
        process.start(binary, plan, usual),
        *postgres.verify(binary, tool, plan, usual),
    ]
    title = f"Closed loops of wrk on the same machine; medians of {plan.rounds} rounds of {plan.window_seconds} s."
    return rows, f"{title}\n\n{loops.details()}"


if __name__ == "__main__":
    sys.exit(main())
