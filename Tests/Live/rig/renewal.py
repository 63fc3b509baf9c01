"""`latchkey token renew`: once, or while it runs."""

import re
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

from rig.commands import Account, Outcome
from rig.server import Server, clean_environment
from rig.waiting import wait_until

TOKEN = re.compile(r"bus\|\d{13}x\d{18}\|\d{13}x\d{18}", re.ASCII)
COMMAND_SECONDS = 60
# As under nohup, in the background of a script, or with a parent that forgets its children.
IGNORING = ["env", *(f"--ignore-signal={name}" for name in ("CHLD", "HUP", "INT", "PIPE", "QUIT", "USR1"))]


def arguments(binary: Path, server: Server, account: Account, file: Path) -> list[str]:
    command = [str(binary), "token", "renew", "--url", server.url, "--email", account.email, "--password-stdin"]
    return [*command, "--token-file", str(file)]


def renew(
    binary: Path,
    server: Server,
    account: Account,
    file: Path,
    *more: str,
    password: str = "",
    under: Iterable[str] = (),
) -> Outcome:
    done = subprocess.run(
        [*under, *arguments(binary, server, account, file), "--output", "json", *more],
        env=clean_environment(),
        input=password or account.password,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )
    assert account.password not in done.stdout + done.stderr
    assert not TOKEN.search(done.stdout + done.stderr)
    return Outcome(done.returncode, done.stdout, done.stderr)


class Renewal:
    """One while it runs: for ever, or once."""

    def __init__(self, binary: Path, server: Server, account: Account, file: Path, *more: str):
        self.file = file
        self.log = file.with_name(file.name + ".log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*IGNORING, *arguments(binary, server, account, file), *more],
                env=clean_environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self.process.stdin.write(account.password.encode())
        self.process.stdin.close()

    @property
    def token(self) -> str | None:
        return self.file.read_text() if self.file.exists() else None

    @property
    def mark(self) -> Path:
        """What is there until the command of --on-change has succeeded."""
        return self.file.with_name(self.file.name + ".on-change")

    def wait_for_token_after(self, older: str | None, seconds: float = 30) -> str:
        wait_until(lambda: self.token not in (None, older), seconds, f"another token; {self.log.read_text()}")
        return self.token

    def wait_for_words(self, words: str, seconds: float = 30) -> None:
        wait_until(lambda: words in self.log.read_text(), seconds, words)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


class HeldCommand:
    """A command for --on-change that says how it was started and goes on until it is let go."""

    def __init__(self, folder: Path):
        self.report, self.allowed, self.done = (folder / name for name in ("report", "allowed", "done"))
        draft = self.report.with_suffix(".draft")
        report = f"{{ echo $$; cat /proc/self/status; }} > {draft}; mv {draft} {self.report}"
        self.text = f"{report}; until test -e {self.allowed}; do sleep 0.05; done; touch {self.done}"

    def wait_for_report(self) -> tuple[int, dict[str, str]]:
        """Its process, and the kernel's view of a child of it."""
        wait_until(self.report.exists, 30, "the command of a change runs")
        number, *status = self.report.read_text().splitlines()
        return int(number), dict(line.split(":\t", 1) for line in status)
