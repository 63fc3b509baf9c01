"""A PostgreSQL of the tests' own, ended by the end of its standard input."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def start_postgres(*settings: str) -> Postgres:
    """Starts one; it fails, and with it the test, where PostgreSQL is not installed."""
    process = subprocess.Popen(
        [ROOT / "Scripts/postgres", *settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    url = process.stdout.readline().strip()
    assert url, "Scripts/postgres did not start; its words are above"
    return Postgres(process, url)
