"""Latchkey as it is deployed: one node on SQLite, or several on one PostgreSQL, each by a link of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import history
from faults.link import Link
from history import Recorder
from rig.commands import Commands
from rig.postgres import Postgres, start_postgres
from rig.server import Server, is_ready, start_server
from rig.waiting import wait_until
from traffic import Node, Record

RECOVERY_SECONDS = 45
# All clients come from one address, and the least that a password may cost is what it costs by default.
SETTINGS = {"LATCHKEY_THROTTLING_ENABLED": "false", "LATCHKEY_LOG_LEVEL": "warning"}


@dataclass
class Deployment:
    """The nodes, what they share, and the accounts in it."""

    binary: Path
    directory: Path
    commands: Commands
    recorder: Recorder = field(default_factory=Recorder)
    postgres: Postgres | None = None
    links: list[Link] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    # What starts each node, where that is not the binary itself.
    launchers: list[Path] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """How many tokens were answered so far."""
        return sum(len(record.tokens) for record in self.records)

    def add_accounts(self, count: int) -> None:
        for number in range(count):
            account = self.commands.add_account(f"account-{number}@example.com", f"correct horse battery {number}")
            self.records.append(Record(account, self.recorder))

    def start_node(self, number: int) -> Server:
        directory = self.directory / f"node-{number}"
        settings = dict(self.commands.settings)
        binary = self.launchers[number] if self.launchers else self.binary
        if self.postgres:
            directory.mkdir(exist_ok=True)
            settings["LATCHKEY_STORE_URL"] = f"postgres://postgres@127.0.0.1:{self.links[number].port}/postgres"
        else:
            directory = self.directory
        return start_server(binary, directory, settings=settings)

    def start(self, nodes: int) -> None:
        self.nodes = [Node(number, self.start_node(number)) for number in range(nodes)]

    def kill_node(self, node: Node) -> None:
        node.server.kill()
        if not self.postgres:
            self.recorder.server_died(history.now())

    def restart_node(self, node: Node) -> None:
        """Starts it anew; where it needs PostgreSQL to start, as often as whoever looks after it would."""
        if self.postgres:
            wait_until(lambda: self.has_started(node), RECOVERY_SECONDS, f"node {node.number} starts")
        else:
            node.server = self.start_node(node.number)

    def has_started(self, node: Node) -> bool:
        try:
            node.server = self.start_node(node.number)
        except AssertionError:
            return False
        return True

    def wait_until_ready(self) -> None:
        for node in self.nodes:
            what = f"node {node.number} is ready again"
            wait_until(lambda server=node.server: is_ready(server), RECOVERY_SECONDS, what)

    def settle(self) -> None:
        """Ends the nodes and starts them anew, so that nothing that was begun before can still happen."""
        codes = [node.server.stop() for node in self.nodes]
        last = [node.server.log.read_text()[-2000:] for node, code in zip(self.nodes, codes, strict=True) if code]
        assert not any(codes), "\n".join([f"the nodes ended with {codes}", *last])
        if self.postgres:
            wait_until(self.is_quiet, RECOVERY_SECONDS, "the nodes' sessions have ended")
        self.recorder.server_died(history.now())
        for node in self.nodes:
            self.restart_node(node)

    def is_quiet(self) -> bool:
        """Whether nothing is on its way to PostgreSQL or done there for a node."""
        sessions = (
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        try:
            return not any(link.pairs for link in self.links) and self.postgres.run("postgres", sessions) == "0"
        except subprocess.CalledProcessError:
            # It may panic once more over a sync that failed before, and recover.
            return False

    def stop(self) -> list[int]:
        """The exit codes of the nodes, asked to end."""
        try:
            return [node.server.stop() for node in self.nodes]
        finally:
            self.end()

    def end(self) -> None:
        """Ends at once whatever runs."""
        for node in self.nodes:
            if node.server.is_running:
                send([node.server.process.pid], signal.SIGCONT)
                node.server.kill()
        for link in self.links:
            link.close()
        self.links = []
        if self.postgres:
            send(self.postgres.processes(), signal.SIGCONT)
            self.postgres.stop()
            self.postgres = None


def on_sqlite(
    binary: Path,
    directory: Path,
    accounts: int,
    settings: dict[str, str] | None = None,
    launchers: list[Path] | None = None,
) -> Deployment:
    """One node in `directory`."""
    commands = Commands(binary, directory / "data", SETTINGS | (settings or {}))
    deployment = Deployment(binary, directory, commands, launchers=launchers or [])
    deployment.add_accounts(accounts)
    deployment.start(1)
    return deployment


def on_postgres(
    binary: Path,
    directory: Path,
    accounts: int,
    nodes: int = 3,
    settings: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
    launchers: list[Path] | None = None,
) -> Deployment:
    """Nodes on a PostgreSQL of their own that syncs its files; `environment` is further variables for it."""
    postgres = start_postgres("fsync=on", "wal_buffers=1MB", environment=environment)
    shared = SETTINGS | (settings or {}) | {"LATCHKEY_KEYS_FILE": str(directory / "shared.keys")}
    commands = Commands(binary, directory / "none", shared | {"LATCHKEY_STORE_URL": postgres.url})
    deployment = Deployment(binary, directory, commands, postgres=postgres, launchers=launchers or [])
    try:
        migrated = commands.run("migrate", "up")
        assert migrated.code == 0, migrated
        deployment.add_accounts(accounts)
        deployment.links = [Link(postgres.folder / ".s.PGSQL.5432") for _ in range(nodes)]
        deployment.start(nodes)
    except BaseException:
        deployment.end()
        raise
    return deployment


def send(processes: Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            # It ended by itself meanwhile.
            continue
