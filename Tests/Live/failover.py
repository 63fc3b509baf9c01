"""Loses the primary of a Patroni cluster again and again under load, and judges what the clients saw.

Promises: no answered token is lost, no ended token is accepted, and writes are back within 45 seconds. Runs in the
namespaces that `Scripts/cluster-test` makes.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import linearizability
from cluster.faults import FAULTS, Fault
from cluster.world import World
from rig.waiting import wait_until

BACK_SECONDS = 45
# Longer than anything may take, so that what takes too long is measured.
ROUND_SECONDS = 120
WHOLE_SECONDS = 120


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--fault", choices=FAULTS, action="append", help="only these, in turn")
    parser.add_argument("--keep", type=Path, help="where the history and the logs of a failed run go")
    parser.add_argument(
        "--control", action="store_true", help="run without synchronous replication: 0 if that was found out"
    )
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = Path(tempfile.mkdtemp(prefix="world."))
    directory.chmod(0o755)
    settings = {"synchronous_mode": False, "synchronous_mode_strict": False} if arguments.control else None
    faults = ["part"] if arguments.control else arguments.fault
    problems = ["it did not come to its end"]
    try:
        problems = run(directory, arguments, settings, faults)
    finally:
        if problems and arguments.keep:
            keep(directory, arguments.keep)
    for problem in problems:
        print(problem)
    if arguments.control:
        print("found out" if problems else "NOT found out: the check is worth nothing")
        return 0 if problems else 1
    print("failed" if problems else "no answered token was lost, and no ended one accepted")
    return 1 if problems else 0


def run(directory: Path, arguments: argparse.Namespace, settings: dict | None, faults: list[str] | None) -> list[str]:
    world = World(directory, arguments.binary.resolve(), arguments.seed, settings)
    print("the cluster is up", flush=True)
    world.begin_traffic()
    problems = []
    for number, fault in enumerate(plan(arguments.rounds, faults, world.randomness), 1):
        seconds = lose_primary(world, fault, number, arguments.rounds)
        if seconds > BACK_SECONDS:
            problems.append(f"round {number}: writes were back after {seconds:.1f} s, not {BACK_SECONDS}")
    world.databases.await_whole(WHOLE_SECONDS)
    begun = time.monotonic()
    wait_until(lambda: world.probe.successes_since(begun) > 10, WHOLE_SECONDS, "writes at the end")
    world.end_traffic()
    world.recorder.write(directory / "history.jsonl", seed=arguments.seed, command="cluster-test")
    report = linearizability.check_histories(world.recorder.histories)
    print(report if report.violations else str(report).splitlines()[0], flush=True)
    problems += [f"{len(report.violations)} accounts have an impossible history"] if report.violations else []
    return problems + world.surprises() + world.miscounted()


def plan(rounds: int, names: list[str] | None, randomness: random.Random) -> list[Fault]:
    """Each fault as often as any other, give or take one, in an order of the seed's."""
    chosen: list[Fault] = []
    while len(chosen) < rounds:
        chosen += [FAULTS[name] for name in names] if names else randomness.sample(list(FAULTS.values()), len(FAULTS))
    return chosen[:rounds]


def lose_primary(world: World, fault: Fault, number: int, rounds: int) -> float:
    """One round; the longest time without a write."""
    databases, probe = world.databases, world.probe
    databases.await_whole(WHOLE_SECONDS)
    begun = time.monotonic()
    lead = 1 + world.randomness.random()
    wait_until(lambda: time.monotonic() > begun + lead and probe.successes_since(begun) > 2, WHOLE_SECONDS, "writes")
    primary = databases.primary()
    struck = time.monotonic()
    world.set_calm(False)
    fault.strike(world, primary)
    moved = struck
    if fault.moves_primary:
        # The old primary may still believe that it is one.
        wait_until(
            lambda: databases.primary(besides=primary), ROUND_SECONDS, f"another primary than {primary.name}", 0.1
        )
        moved = time.monotonic()
    try:
        wait_until(lambda: probe.successes_since(moved) > 2, ROUND_SECONDS, "writes after the failover")
    finally:
        seconds = max(probe.longest_gap(struck), time.monotonic() - struck if probe.successes_since(moved) == 0 else 0)
        took = f"writes stood still for {seconds:.1f} s, another primary after {moved - struck:.1f} s"
        print(f"round {number}/{rounds}: {fault.name} at {primary.name}: {took}", flush=True)
    time.sleep(world.randomness.random() * 2)
    fault.heal(world, primary)
    world.set_calm(True)
    return seconds


def keep(directory: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in (*directory.glob("history.jsonl"), *directory.glob("*/*.log")):
        shutil.copy(path, target / "-".join(path.relative_to(directory).parts))
    print(f"the history and the logs are in {target}")


if __name__ == "__main__":
    sys.exit(main())
