"""Runs faults by name against a binary: each on a fresh installation, by one seed."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from faults import clock, failing_sync, full_disk, password_race, power_loss, under_load
from faults.run import Outcome, Run

ROOT = Path(__file__).resolve().parents[3]


def must_be_caught(scenario: Callable[[Run], Outcome], run: Run) -> Outcome:
    """A control: the history must prove that something is wrong. All else may be the doing of a slow machine."""
    found = scenario(replace(run, is_short=True))
    first = "".join(found.violations[:1]).splitlines()[:1]
    outcome = Outcome()
    outcome.tell(f"caught, as it must be: {first}" if found.impossible else f"not caught: {first}")
    outcome.require(found.impossible, "nothing was found wrong with what is wrong")
    return outcome


SCENARIOS: dict[str, Callable[[Run], Outcome]] = {
    "sqlite": under_load.on_one_node,
    "sqlite-power-loss": power_loss.of_a_node,
    "sqlite-lying-disk": partial(must_be_caught, partial(power_loss.of_a_node, lies=True)),
    "sqlite-full-disk": full_disk.of_a_node,
    "sqlite-failing-sync": failing_sync.of_a_node,
    "sqlite-clock": clock.of_a_node,
    "sqlite-password-race": password_race.at_one_node,
    "postgres": under_load.on_three_nodes,
    "postgres-power-loss": power_loss.of_postgres,
    "postgres-lying-disk": partial(must_be_caught, partial(power_loss.of_postgres, lies=True)),
    "postgres-full-disk": full_disk.of_postgres,
    "postgres-failing-sync": failing_sync.of_postgres,
    "postgres-clock": clock.of_postgres,
    "postgres-password-race": password_race.at_two_nodes,
}

# Each planted bug of Tests/Live/mutants, and where it must show.
MUTANTS: dict[str, tuple[str, ...]] = {
    "cache-for-a-second": ("sqlite", "postgres"),
    "no-password-version": ("sqlite-password-race", "postgres-password-race"),
    "synchronous-normal": ("sqlite-power-loss",),
}


def mutants(directory: Path) -> dict[str, tuple[Callable[[Run], Outcome], Path]]:
    """Each mutant's scenarios, by names of their own, with the binary to run."""
    return {
        f"{mutant} at {name}": (partial(must_be_caught, SCENARIOS[name]), directory / mutant)
        for mutant, names in MUTANTS.items()
        for name in names
    }


def run_scenario(name: str, scenario: Callable[[Run], Outcome], binary: Path, options: argparse.Namespace) -> bool:
    print(f"== {name}: seed {options.seed}", flush=True)
    start = time.monotonic()
    kept = options.histories / f"{name.replace(' ', '-')}.jsonl" if options.histories else None
    with tempfile.TemporaryDirectory(prefix="latchkey-faults.") as directory:
        # PostgreSQL runs as another user.
        os.chmod(directory, 0o755)
        run = Run(binary.resolve(), Path(directory), options.seed, options.short, options.operations, kept)
        try:
            outcome = scenario(run)
        except Exception:
            outcome = Outcome(violations=[traceback.format_exc()])
    for each in outcome.violations:
        print(f"VIOLATION {each}")
    verdict = "FAILED" if outcome.violations else "passed"
    print(f"== {name}: {verdict} in {time.monotonic() - start:.0f} s", flush=True)
    return not outcome.violations


def main() -> None:
    parser = argparse.ArgumentParser(prog="Scripts/faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SCENARIOS)}; all if none is named")
    parser.add_argument("--without", action="append", default=[], choices=SCENARIOS, metavar="NAME")
    parser.add_argument("--short", action="store_true", help="a share that takes two minutes")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--operations", type=int, default=200_000, help="at least, of `sqlite` and `postgres`")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/latchkey")
    parser.add_argument("--histories", type=Path, metavar="DIRECTORY", help="where to keep the histories")
    parser.add_argument("--mutants", action="store_true", help="that binaries with planted bugs are caught")
    options = parser.parse_args()
    if unknown := set(options.names) - set(SCENARIOS):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    if options.histories:
        options.histories.mkdir(parents=True, exist_ok=True)
    names = [name for name in options.names or SCENARIOS if name not in options.without]
    runs = {name: (SCENARIOS[name], options.binary) for name in names}
    if options.mutants:
        options.short = True
        runs = mutants(ROOT / ".build-mutants")
    for _, binary in runs.values():
        if not os.access(binary, os.X_OK):
            parser.error(f"{binary} is not there: build it, or name one by --binary")
    failed = [name for name, run in runs.items() if not run_scenario(name, *run, options)]
    if failed:
        print(f"FAILED: {', '.join(failed)}; again with --seed {options.seed}", file=sys.stderr)
    sys.exit(1 if failed else 0)
