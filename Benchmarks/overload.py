"""Three times the sign-ins that the server has hashes for, beside 1,000 verifications a second."""

import argparse
import itertools
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rig.load import LoadError, Tool, lateness
from rig.process import HASH_MEBIBYTES, HASH_THREADS, middle
from rig.report import Quiet, Row, machine, number, table, tell
from rig.seeding import ROOT, seed
from rig.servers import ALIVE_PATH, Latchkey, answer

# What the short form among the live tests floods with, too.
sys.path.append(str(ROOT / "Tests/Live"))
from flood import Flood, flood, sign_in  # noqa: E402

ACCOUNTS = 100_000
PASSWORD = "correct horse battery staple"
PATH = "/api/1.1/wf/api-basic-auth"
ALLOWED = {200, 400, 429, 503}
RECOVERY_SECONDS = 5
# Of verifications without and with the flood: what else the machine does for a moment is in few of them.
WINDOWS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="Scripts/overload", description="Measures a release server under overload.")
    parser.add_argument("--seconds", type=int, default=4, help="of each window of verifications")
    parser.add_argument("--binary", type=Path, required=True, help="the server, a release build")
    parser.add_argument("--bench-binary", type=Path, required=True, help="latchkey-bench, a release build")
    parser.add_argument("--cache", type=Path, default=ROOT / ".build-bench", help="where data directories are kept")
    arguments = parser.parse_args()
    noise = Quiet()
    rows = measure(arguments)
    bars = table(["what", "measured", "bar", "met", ""], [row.cells() for row in rows])
    print(f"{machine()}. {noise.sentence()}", bars, sep="\n\n")
    return 0 if all(row.is_met for row in rows) else 1


def measure(arguments: argparse.Namespace) -> list[Row]:
    tool = Tool(arguments.bench_binary.resolve())
    seeded = seed(tool, arguments.cache, ACCOUNTS)
    tell("capacity")
    capacity = tool.hash_rate(3)
    settings = {"LATCHKEY_SERVER_TRUSTED_PROXIES": "127.0.0.1"}
    with Latchkey.on(arguments.binary.resolve(), seeded.data, settings) as server, ThreadPoolExecutor(1) as other:
        answer(server.port, ALIVE_PATH)
        idle = server.memory()
        tool.open_loop(server, seeded.tokens, 1)
        tell("quiet")
        quiet = [tool.open_loop(server, seeded.tokens, arguments.seconds) for _ in range(WINDOWS)]
        server.forget_peak()
        tell(f"flood of {3 * capacity:.0f} sign-ins a second")
        # Begun before the verifications and ended after them, so that every one of those meets it.
        seconds = WINDOWS * (arguments.seconds + 2) + 2
        flooding = other.submit(flood_behind_all, server.port, 3 * capacity, seconds)
        time.sleep(1)
        flooded = [tool.open_loop(server, seeded.tokens, arguments.seconds) for _ in range(WINDOWS)]
        if flooding.done():
            raise LoadError("the flood ended before the verifications beside it")
        seen = flooding.result()
        recovery = seconds_to_success(server.port)
        peak = server.memory("VmHWM")
    strange = sum(count for status, count in seen.statuses.items() if status not in ALLOWED)
    told = ", ".join(f"{count} × {status}" for status, count in sorted(seen.statuses.items()))
    allowed = idle + HASH_THREADS * HASH_MEBIBYTES + 64
    offered = sum(seen.statuses.values()) / (seconds + seen.late_seconds) / capacity
    return [
        Row(
            "sign-ins sent",
            offered,
            2.8,
            "× capacity",
            f"at three times; late by {number(seen.late_seconds)} s",
            at_least=True,
        ),
        Row("answers other than 200, 400, 429, 503", strange, 0, "", told),
        Row(
            "verify p99 under overload",
            middle(flooded, "p99"),
            2 * max(middle(quiet, "p99"), 1),
            "ms",
            f"medians of {WINDOWS} windows; the worst {number(max(window['p99'] for window in flooded))}; "
            f"quiet {number(middle(quiet, 'p99'))} ms; "
            f"p50 {number(middle(flooded, 'p50'))}; {lateness(middle(flooded, 'lateP99'))}",
        ),
        Row("memory under overload", peak, allowed, "MiB", "the peak; idle + hash slots × argon2id + 64"),
        Row("recovery", recovery, RECOVERY_SECONDS, "s", "from the last answer to the first sign-in that succeeds"),
    ]


def flood_behind_all(port: int, rate: float, seconds: float) -> Flood:
    """Has of the cores only what the server leaves, for these clients stand for other machines as well."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    return flood(port, requests(), rate, seconds)


def email(position: int) -> str:
    return f"user{position:09}@accounts.example.com"


def requests():
    """Two sign-ins that succeed for each that fails, and those from everywhere."""
    right = itertools.cycle(sign_in(PATH, email(ACCOUNTS - 1 - place), PASSWORD) for place in range(64))
    for place in itertools.count():
        yield next(right)
        yield next(right)
        yield sign_in(PATH, f"nobody-{place}@example.com", "a guess", f"2001:db8:{place >> 16:x}:{place & 0xFFFF:x}::1")


def seconds_to_success(port: int) -> float:
    start = time.monotonic()
    request = sign_in(PATH, email(ACCOUNTS - 1), PASSWORD)
    while time.monotonic() < start + 4 * RECOVERY_SECONDS:
        if flood(port, iter([request]), 1, 1).statuses[200]:
            break
    return time.monotonic() - start


if __name__ == "__main__":
    sys.exit(main())
