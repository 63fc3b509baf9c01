"""Kills a loaded server at random moments, restarts it on the same data, and checks what its clients saw.

Promises: an answered token is durable, an answered change ends what it ends, and a change without an answer leaves the
old token or the new one. `linearizability.py` says what is possible; SQLite says whether the file is whole.
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

import history
from history import Kind, Recorder
from linearizability import check_histories
from rig.commands import Commands
from rig.server import Server, start_server
from rig.waiting import wait_until
from traffic import RECENT, Client, Mix, Node, Record

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
        recorder = Recorder()
        records = [
            Record(commands.add_account(f"crash-{number}@example.com", f"correct horse battery {number}"), recorder)
            for number in range(ACCOUNTS)
        ]
        for kill in range(kills):
            run_load_and_kill(server, records, randomness)
            report.counts["changes cut off"] += recorder.server_died(history.now())
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
        report.violations += [f"{record.account.email}: {surprise}" for surprise in record.surprises]
    judgement = check_histories(recorder.histories)
    report.counts += judgement.counts
    report.violations += [str(violation) for violation in judgement.violations]
    return report


def run_load_and_kill(server: Server, records: list[Record], randomness: random.Random) -> None:
    stop = threading.Event()
    nodes = [Node(0, server)]
    mixes = [Mix(0.7, 0.3), Mix(0.7, 0.3), Mix(0, 0)]
    clients = [Client(nodes, [record], random.Random(randomness.random()), mix) for record in records for mix in mixes]
    threads = [threading.Thread(target=client.work, args=(stop,)) for client in clients]
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
        client = Client([], [record], randomness, Mix(0, 0))
        recent, older = record.tokens[-RECENT:], record.tokens[:-RECENT]
        for token in recent + randomness.sample(older, min(4, len(older))):
            client.verify(Node(0, server), record, token)
        client.close()
        start = history.now()
        outcome = commands.run("token", "status", record.account.email)
        if outcome.code in (0, 3):
            record.recorder.answered(record.key, Kind.HOLDS, start, outcome.code == 0)
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
