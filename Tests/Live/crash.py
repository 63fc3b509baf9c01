"""Kills a loaded server at random moments, restarts it on the same data, and checks what its clients saw.

Promises: an answered token is durable, an answered change ends what it ends, and a change without an answer leaves the
old token or the new one. `history.py` says what is possible; SQLite says whether the file is whole.
"""

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from history import Kind, Operation, first_impossible
from rig.commands import Commands
from rig.server import Server, start_server
from rig.waiting import wait_until
from traffic import RECENT, Client, Record

ACCOUNTS = 4
# A kill comes when so many tokens of a round were answered, at most, and a moment later: counted in tokens, because a
# busy machine makes few in a given time.
MOST_TOKENS = 15
LONGEST_MOMENT_SECONDS = 0.1
LOAD_SECONDS = 30
JOIN_SECONDS = 60


@dataclass
class Report:
    """What a run saw; it passed if `violations` is empty."""

    seed: int
    kills: int
    counts: Counter = field(default_factory=Counter)
    slowest_start: float = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        lines = [f"seed {self.seed}: {self.kills} kills, {counts}, slowest start {self.slowest_start:.2f} s"]
        return "\n".join([*lines, *(f"VIOLATION {each}" for each in self.violations)])


def crash_repeatedly(
    binary: Path, directory: Path, kills: int, seed: int, while_down: Callable[[int, Path], None] | None = None
) -> Report:
    """Runs the rounds and the check; `while_down` is called with the kill's number and the data of the dead server."""
    randomness = random.Random(seed)
    report = Report(seed, kills)
    server = start_server(binary, directory)
    try:
        commands = Commands(binary, server.data)
        records = [
            Record(commands.add_account(f"crash-{number}@example.com", f"correct horse battery {number}"))
            for number in range(ACCOUNTS)
        ]
        for kill in range(kills):
            run_load_and_kill(server, records, randomness)
            dead_at = time.monotonic()
            report.counts["changes cut off"] += sum(record.server_died(dead_at) for record in records)
            report.violations += [f"after kill {kill}: {line}" for line in integrity_faults(server.data)]
            if while_down:
                while_down(kill, server.data)
            start = time.monotonic()
            server = start_server(binary, directory)
            report.slowest_start = max(report.slowest_start, time.monotonic() - start)
            ask_at_rest(server, commands, records, randomness)
        code = server.stop()
        if code != 0:
            report.violations.append(f"the last stop ended with {code}")
    finally:
        if server.is_running:
            server.kill()
    for record in records:
        judge(record, report)
    return report


def run_load_and_kill(server: Server, records: list[Record], randomness: random.Random) -> None:
    stop = threading.Event()
    threads = []
    for record in records:
        clients = [Client(server, record, random.Random(randomness.random())) for _ in range(3)]
        for work in (clients[0].sign_in_and_out, clients[1].sign_in_and_out, clients[2].verify_recent):
            threads.append(threading.Thread(target=work, args=(stop,)))
    for thread in threads:
        thread.start()
    goal = sum(len(record.tokens) for record in records) + randomness.randint(0, MOST_TOKENS)
    wait_until(
        lambda: sum(len(record.tokens) for record in records) >= goal, LOAD_SECONDS, "the server makes some tokens"
    )
    stop.wait(randomness.uniform(0, LONGEST_MOMENT_SECONDS))
    server.kill()
    stop.set()
    for thread in threads:
        thread.join(JOIN_SECONDS)
        assert not thread.is_alive(), "a client did not end with its server"


def ask_at_rest(server: Server, commands: Commands, records: list[Record], randomness: random.Random) -> None:
    """Asks the restarted server for recent and some old tokens, and the store whether each account holds one."""
    for record in records:
        client = Client(server, record, randomness)
        recent, older = record.tokens[-RECENT:], record.tokens[:-RECENT]
        for token in recent + randomness.sample(older, min(4, len(older))):
            client.verify(token)
        client.connection.close()
        start = time.monotonic()
        outcome = commands.run("token", "status", record.account.email)
        if outcome.code in (0, 3):
            record.answered(Kind.HOLDS, start, outcome.code == 0)
        else:
            record.surprises.append(f"token status: {outcome}")


def integrity_faults(data: Path) -> list[str]:
    """What SQLite finds wrong with a copy: opening the data themselves would recover them before the server does."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "copy"
        shutil.copytree(data, copy)
        databases = [file for file in copy.iterdir() if file.read_bytes()[:16] == b"SQLite format 3\0"]
        if not databases:
            return [f"no database in {sorted(file.name for file in copy.iterdir())}"]
        faults = []
        for database in databases:
            connection = sqlite3.connect(database)
            rows = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            connection.close()
            faults += [] if rows == ["ok"] else rows
        return faults


def judge(record: Record, report: Report) -> None:
    email = record.account.email
    report.violations += [f"{email}: {surprise}" for surprise in record.surprises]
    for operation in record.operations:
        answer = {True: "accepted", False: "refused", None: "unanswered"}[operation.accepted]
        report.counts[f"{operation.kind.value} {answer}"] += 1
    impossible = first_impossible(record.operations)
    if impossible:
        zero = impossible.start
        before = [each for each in record.operations if each.end > zero - 1 and each.start < impossible.end]
        told = "\n  ".join(describe(each, zero) for each in sorted(before, key=lambda each: each.start))
        report.violations.append(f"{email}: impossible is {describe(impossible, zero)}; within a second:\n  {told}")


def describe(operation: Operation, zero: float) -> str:
    """One line without the secret, which only the owner of a run's data need see."""
    token = f"…{operation.token[-4:]}" if operation.token else ""
    when = f"{operation.start - zero:+.4f} to {operation.end - zero:+.4f} s"
    return f"{operation.kind.value} {token} accepted={operation.accepted} {when}"


def main() -> int:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--binary", type=Path, default=root / ".build/release/latchkey")
    options = parser.parse_args()
    if not os.access(options.binary, os.X_OK):
        parser.error(f"{options.binary} is not there: build it, or name one by --binary")
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        report = crash_repeatedly(options.binary.resolve(), Path(directory), options.kills, options.seed)
    print(report)
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
