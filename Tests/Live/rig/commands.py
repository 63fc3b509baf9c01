"""The command line beside a server: one call a command, as an operator would type it."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rig.server import clean_environment

COMMAND_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def object(self) -> dict:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class Account:
    """An account as a client knows it."""

    email: str
    password: str
    user_id: str


@dataclass(frozen=True)
class Commands:
    """Runs commands of one binary on one data directory."""

    binary: Path
    data: Path
    settings: dict[str, str] | None = None

    def run(self, *arguments: str, stdin: str = "") -> Outcome:
        completed = subprocess.run(
            [self.binary, *arguments, "--data", str(self.data)],
            env=clean_environment(self.settings),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
        return Outcome(completed.returncode, completed.stdout, completed.stderr)

    def add_account(self, email: str, password: str) -> Account:
        outcome = self.run("account", "add", email, "--password-stdin", "--output", "json", stdin=password)
        assert outcome.code == 0, outcome
        return Account(email, password, outcome.object["user_id"])
