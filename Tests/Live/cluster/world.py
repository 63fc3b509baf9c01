"""The whole of it: three database hosts, two Latchkey nodes, a balancer, and clients that never rest."""

import random
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from cluster.database import EXAMPLES, Databases
from cluster.machine import GATEWAY, Machine, lay_cables
from history import Kind, Recorder
from rig.authority import make_authority
from rig.commands import Commands
from rig.server import clean_environment
from rig.waiting import wait_until
from traffic import Client, Mix, Node, Record

PASSWORD = "correct horse battery staple"
DATABASE_PASSWORD = "swordfish and chips"
ACCOUNTS = 20
CLIENTS = 8
# Between two requests of one client: a laboratory of eleven machines shares its cores with what it observes.
PACE_SECONDS = 0.06
PROBE_SECONDS = 0.2
# After an answer that is none.
PAUSE_SECONDS = 0.5
BUSY = Mix(generate=0.08, revoke=0.02)
PATIENT = Mix(generate=0, revoke=0)
START_SECONDS = 150


@dataclass(frozen=True)
class Endpoint:
    """Where clients connect to, in place of a server that runs here."""

    address: tuple[str, int]

    def connect(self, seconds: float) -> socket.socket:
        return socket.create_connection(self.address, timeout=seconds)


class World:
    """All machines and clients of one run."""

    def __init__(self, directory: Path, binary: Path, seed: int, settings: dict | None = None):
        self.directory = directory
        self.randomness = random.Random(seed)
        lay_cables(directory)
        authority = make_authority(directory, "DNS:localhost, DNS:db1, DNS:db2, DNS:db3")
        self.databases = Databases(directory, authority, settings)
        self.nodes = [Machine(name, directory) for name in ("node1", "node2")]
        self.databases.await_whole(START_SECONDS)
        self.make_database()
        hosts = ",".join(host.name for host in self.databases.hosts)
        url = f"postgres://latchkey:{DATABASE_PASSWORD.replace(' ', '%20')}@{hosts}/latchkey"
        self.settings = {
            "LATCHKEY_STORE_URL": f"{url}?sslmode=verify-full&sslrootcert={authority.root}",
            "LATCHKEY_KEYS_FILE": str(directory / "latchkey.keys"),
            "LATCHKEY_SERVER_HOST": "0.0.0.0",
            "LATCHKEY_SERVER_PORT": "8080",
            "LATCHKEY_SERVER_TRUSTED_PROXIES": GATEWAY,
        }
        self.binary = binary
        commands = self.commands(self.nodes[0])
        assert commands.run("migrate", "up").code == 0
        self.recorder = Recorder()
        self.records = [self.make_record(commands, f"user{number:02}@example.com") for number in range(ACCOUNTS)]
        self.probe = Probe(self.make_record(commands, "probe@example.com"))
        for node in self.nodes:
            words = (binary, "serve", "--data", node.directory)
            node.start("latchkey", *words, environment=clean_environment(self.settings))
        subprocess.Popen(
            ["haproxy", "-f", EXAMPLES / "haproxy.cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = []
        self.patient: list[Client] = []

    def make_database(self) -> None:
        primary = self.databases.primary()
        primary.run_sql(f"CREATE ROLE latchkey LOGIN PASSWORD '{DATABASE_PASSWORD}'")
        primary.run_sql("GRANT pg_monitor TO latchkey")
        primary.run_sql("CREATE DATABASE latchkey OWNER latchkey ENCODING 'UTF8' TEMPLATE template0")

    def commands(self, machine: Machine) -> Commands:
        """The command line, typed at a machine."""
        wrapper = machine.directory / "latchkey"
        wrapper.write_text(f'#!/bin/sh\nexec {" ".join(machine.command(self.binary))} "$@"\n')
        wrapper.chmod(0o755)
        # What prepares a run is no part of it: a busy machine may be slow to connect.
        url = self.settings["LATCHKEY_STORE_URL"] + "&connect_timeout=20"
        return Commands(wrapper, machine.directory, {**self.settings, "LATCHKEY_STORE_URL": url})

    def make_record(self, commands: Commands, email: str) -> Record:
        return Record(commands.add_account(email, PASSWORD), self.recorder)

    def begin_traffic(self) -> None:
        """Every account is used by two clients or more, each through the balancer and at both nodes."""
        doors = [Endpoint((GATEWAY, 8080)), *(Endpoint((node.address, 8080)) for node in self.nodes)]
        places = [Node(number, door) for number, door in enumerate(doors)]
        self.probe.client = Client(places[:1], [self.probe.record], self.fresh_randomness(), BUSY, "probe")
        self.start_thread(lambda: self.probe.work(self.stop))
        wait_until(lambda: self.probe.successes, START_SECONDS, "the nodes answer through the balancer")
        share = ACCOUNTS // (CLIENTS // 2)
        for number in range(CLIENTS):
            first = number // 2 * share
            client = Client(
                places, self.records[first : first + share], self.fresh_randomness(), BUSY, f"client{number}"
            )
            # The accounts of the first two are left alone while something is wrong: what was answered before must hold.
            if number < 2:
                self.patient.append(client)
            self.start_thread(lambda client=client: work(client, self.stop))

    def fresh_randomness(self) -> random.Random:
        return random.Random(self.randomness.random())

    def start_thread(self, work) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self.threads.append(thread)

    def set_calm(self, is_calm: bool) -> None:
        for client in self.patient:
            client.mix = BUSY if is_calm else PATIENT

    def end_traffic(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def surprises(self) -> list[str]:
        return [each for record in (*self.records, self.probe.record) for each in record.surprises]

    def miscounted(self) -> list[str]:
        """Accounts whose audit knows of fewer tokens than were answered, or of more than were asked for."""
        sql = """
            SELECT a.email, count(*) FROM account a JOIN audit u ON u.account_id = a.id
            WHERE u.kind = 'token.generated' GROUP BY a.email
        """
        rows = self.databases.primary().run_sql(sql, "latchkey").splitlines()
        counts = {email: int(count) for email, count in (row.split("|") for row in rows)}
        wrong = []
        for email, operations in self.recorder.histories.items():
            generates = [each for each in operations if each.kind is Kind.GENERATE]
            answered = sum(each.accepted is True for each in generates)
            asked = answered + sum(each.accepted is None for each in generates)
            if not answered <= counts.get(email, 0) <= asked:
                wrong.append(
                    f"{email}: {answered} tokens answered, {asked} asked for, {counts.get(email, 0)} in the audit"
                )
        return wrong


class Probe:
    """Asks for a token again and again, and remembers when it got one."""

    def __init__(self, record: Record):
        self.record = record
        self.client: Client | None = None
        # The start and the end of each, in seconds.
        self.successes: list[tuple[float, float]] = []

    def work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            start = time.monotonic()
            if self.client.generate(self.client.nodes[0], self.record):
                self.successes.append((start, time.monotonic()))
            stop.wait(PROBE_SECONDS)

    def successes_since(self, moment: float) -> int:
        return sum(start > moment for start, _ in self.successes)

    def longest_gap(self, since: float) -> float:
        """The longest time without a success, from the last one before a moment up to the latest."""
        ends = [end for _, end in self.successes]
        before = max((end for end in ends if end <= since), default=since)
        times = [before, *(end for end in ends if end > since)]
        return max((later - earlier for earlier, later in zip(times, times[1:], strict=False)), default=0)


def work(client: Client, stop: threading.Event) -> None:
    while not stop.is_set():
        stop.wait(PACE_SECONDS if client.step() else PAUSE_SECONDS)
    client.close()
