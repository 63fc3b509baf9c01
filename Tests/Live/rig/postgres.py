"""A PostgreSQL of the tests' own, ended by the end of its standard input."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from rig.waiting import wait_until

START_SECONDS = 60
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Postgres:
    """A running PostgreSQL; `url` is that of its first database."""

    process: subprocess.Popen
    url: str

    @property
    def folder(self) -> Path:
        return Path(parse_qs(urlsplit(self.url).query)["host"][0])

    def make_database(self, name: str) -> str:
        """A new database, by its URL."""
        self.run("postgres", f"CREATE DATABASE {name}")
        return self.url.replace("/postgres?", f"/{name}?")

    def run(self, database: str, sql: str) -> str:
        """What psql prints of the statement's values."""
        command = ["psql", "--host", str(self.folder), "--username", "postgres", "--dbname", database]
        completed = subprocess.run(
            [*command, "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--command", sql],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return completed.stdout.strip()

    @property
    def postmaster(self) -> int:
        return int((self.folder / "data/postmaster.pid").read_text().split()[0])

    def processes(self) -> list[int]:
        """The postmaster, if it lives, and all that work for it."""
        data = f"{self.folder}/data"
        return [process for process in map(int, filter(str.isdigit, os.listdir("/proc"))) if works_in(process, data)]

    def kill(self, *, everything: bool) -> None:
        """Kills the postmaster, or every process at once; those left find out by themselves."""
        for process in self.processes() if everything else [self.postmaster]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        wait_until(lambda: not self.processes(), START_SECONDS, "every process of PostgreSQL is gone")

    def start(self) -> None:
        """Starts it again after it was killed, as soon as it can be."""
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*owner, programs / "pg_ctl", f"--pgdata={self.folder}/data", f"--log={self.folder}/log", "start"]
        subprocess.run(
            [*command, f"--timeout={START_SECONDS}", "--wait", "--silent"],
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def works_in(process: int, data: str) -> bool:
    """Whether the process is one of a PostgreSQL on that data directory, which all of them work in."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and os.readlink(f"/proc/{process}/cwd") == data
    except OSError:
        return False


def start_postgres(*settings: str, environment: dict[str, str] | None = None) -> Postgres:
    """Starts one; it fails, and with it the test, where PostgreSQL is not installed."""
    process = subprocess.Popen(
        [ROOT / "Scripts/postgres", *settings],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )
    url = process.stdout.readline().strip()
    assert url, "Scripts/postgres did not start; its words are above"
    return Postgres(process, url)
