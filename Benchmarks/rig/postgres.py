"""Verification on PostgreSQL against pgbench's lookups by primary key on the same server, and what a node costs it."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, urlsplit

from rig.load import LoadError, Tool, wrk
from rig.plan import Plan
from rig.report import Row, number, tell, words
from rig.seeding import ROOT, Seeded
from rig.servers import STATUS_PATH, TICKS_PER_SECOND, Latchkey, ServerError, answer

CONNECTIONS = 64


@dataclass
class Database:
    """A PostgreSQL of the benchmark's own with the seeded accounts, and pgbench's table of as many rows."""

    url: str

    @property
    def options(self) -> list[str]:
        return ["--host", parse_qs(urlsplit(self.url).query)["host"][0], "--username", "postgres"]

    def fill(self, binary: Path, seeded: Seeded) -> None:
        keys = {"LATCHKEY_KEYS_FILE": str(seeded.data / "latchkey.keys")}
        for command in (("migrate", "up"), ("copy", "--from", f"sqlite:{seeded.data}")):
            done = subprocess.run([binary, *command, "--store", self.url], env=keys, capture_output=True, text=True)
            if done.returncode != 0:
                raise ServerError(f"latchkey {command[0]}: {done.stderr}")
        self._pgbench("--initialize", "--scale", str(max(1, seeded.accounts // 100_000)), "--quiet")
        self.value("VACUUM ANALYZE")

    def lookups_per_second(self, seconds: int) -> float:
        """pgbench's `-S`, prepared, which reads a row by primary key in each transaction."""
        arguments = ("--select-only", "--protocol", "prepared", "--no-vacuum", "--jobs", "2")
        output = self._pgbench(*arguments, "--client", str(CONNECTIONS), "--time", str(seconds))
        found = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
        if not found:
            raise LoadError(f"pgbench: {output}")
        return float(found[1])

    def cpu_seconds(self) -> float:
        """User and system time of the node's sessions since their start."""
        ticks = 0
        for pid in self.value("SELECT pid FROM pg_stat_activity WHERE application_name = 'latchkey'").split():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_SECOND

    def log_bytes(self) -> int:
        return int(self.value("SELECT pg_current_wal_lsn() - '0/0'"))

    def value(self, sql: str) -> str:
        command = ["psql", *self.options, "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def _pgbench(self, *arguments: str) -> str:
        done = subprocess.run(["pgbench", *self.options, *arguments, "postgres"], capture_output=True, text=True)
        if done.returncode != 0:
            raise LoadError(f"pgbench: {done.stderr}")
        return done.stdout


@contextmanager
def database() -> Iterator[Database]:
    settings = ("fsync=on", "shared_buffers=1GB", "max_wal_size=8GB", "synchronous_commit=off")
    with subprocess.Popen(
        [ROOT / "Scripts/postgres", *settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        url = process.stdout.readline().strip()
        if not url:
            raise ServerError("Scripts/postgres did not start")
        yield Database(url)
        process.stdin.close()


def verify(binary: Path, tool: Tool, plan: Plan, seeded: Seeded) -> list[Row]:
    with database() as postgres:
        tell(f"PostgreSQL: copying {words(seeded.accounts)} accounts")
        postgres.fill(binary, seeded)
        settings = {
            "LATCHKEY_STORE_URL": postgres.url,
            "LATCHKEY_KEYS_FILE": str(seeded.data / "latchkey.keys"),
        }
        verified, looked_up, cpu, database_cpu = [], [], [], []
        with Latchkey.on(binary, seeded.data, settings) as server:
            answer(server.port, STATUS_PATH, seeded.token)
            wrk(server, STATUS_PATH, seeded.tokens, CONNECTIONS, plan.window_seconds)
            postgres.lookups_per_second(plan.window_seconds)
            for turn in range(plan.rounds):
                tell(f"verify on PostgreSQL, round {turn + 1} of {plan.rounds}")
                before = postgres.cpu_seconds()
                window = wrk(server, STATUS_PATH, seeded.tokens, CONNECTIONS, plan.window_seconds)
                database_cpu.append((postgres.cpu_seconds() - before) / window.requests * 1e6)
                verified.append(window.per_second)
                cpu.append(window.cpu_microseconds)
                looked_up.append(postgres.lookups_per_second(plan.window_seconds))
            sessions = postgres.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'latchkey'")
            memory = server.memory()
            changes = change_costs(postgres, server, tool, plan, seeded)
        size = postgres.value("SELECT pg_total_relation_size('account') + pg_total_relation_size('audit')")
    ratio = median(mine / theirs for mine, theirs in zip(verified, looked_up, strict=True))
    remark = (
        f"{CONNECTIONS} connections; {number(median(verified))} against {number(median(looked_up))} a second; "
        f"{number(median(cpu))} µs of the node's CPU each, {number(median(database_cpu))} of the database's"
    )
    return [
        Row("verify on PostgreSQL against `pgbench --select-only`", ratio, 0.6, "×", remark, at_least=True),
        Row(
            "memory of that node",
            memory,
            None,
            "MiB",
            f"{sessions} connections to the database after verification alone",
        ),
        Row(
            "PostgreSQL, an account",
            int(size) / seeded.accounts,
            None,
            "bytes",
            "its row, one audit event, all indexes",
        ),
        *changes,
    ]


def change_costs(postgres: Database, server: Latchkey, tool: Tool, plan: Plan, seeded: Seeded) -> list[Row]:
    """What a generate costs the node, the database and its log."""
    tool.sign_in(server, seeded.accounts, 1)
    tell("generate on PostgreSQL")
    node, database, log = server.cpu_seconds(), postgres.cpu_seconds(), postgres.log_bytes()
    result = tool.sign_in(server, seeded.accounts, plan.flood_seconds)
    count = result["ok"]
    return [
        Row(
            "a generate, on the node",
            (server.cpu_seconds() - node) / count * 1e3,
            None,
            "ms of CPU",
            f"{count} of them",
        ),
        Row("the same, in the database", (postgres.cpu_seconds() - database) / count * 1e6, None, "µs of CPU", ""),
        Row("the same, in its log", (postgres.log_bytes() - log) / count, None, "bytes", ""),
    ]
