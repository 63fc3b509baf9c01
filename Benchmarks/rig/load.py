"""The loads, and what each of them measured."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rig.report import number
from rig.servers import GENERATE_PATH, STATUS_PATH, MeasuredServer

SCRIPT = Path(__file__).parent.parent / "verify.lua"
# Beyond the measuring itself: starting, connecting, the last answers.
PATIENCE_SECONDS = 40


class LoadError(Exception):
    """A load that failed, or was not answered as it should be."""


@dataclass
class Window:
    """What a closed loop of `wrk` saw of one server in one stretch of time, and what that cost the server."""

    requests: int
    seconds: float
    cpu_seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_microseconds(self) -> float:
        """Of server CPU, a request."""
        return self.cpu_seconds / self.requests * 1e6


def wrk(server: MeasuredServer, path: str, tokens: Path, connections: int, seconds: int) -> Window:
    before = server.cpu_seconds()
    finished = subprocess.run(
        [
            *("wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"),
            *("--script", SCRIPT, f"http://127.0.0.1:{server.port}{path}", "--", tokens),
        ],
        capture_output=True,
        text=True,
        timeout=seconds + PATIENCE_SECONDS,
    )
    cpu_seconds = server.cpu_seconds() - before
    if finished.returncode != 0:
        raise LoadError(f"wrk failed: {finished.stdout}{finished.stderr}")
    result = json.loads(finished.stdout.splitlines()[-1])
    if result["errors"] or not result["requests"]:
        raise LoadError(f"{path}: {result['errors']} of {result['requests']} requests failed")
    return Window(result["requests"], result["microseconds"] / 1e6, cpu_seconds, result["p50"], result["p99"])


@cache
def ahead_of_all() -> Sequence[str]:
    """Before a command: lets it have a core at once, where the system allows that.

    Clients stand for other machines: a wait of theirs for a core of the server's would count as the server's time.
    """
    first = ("chrt", "--fifo", "1")
    return first if subprocess.run([*first, "true"], stderr=subprocess.DEVNULL).returncode == 0 else ()


def lateness(*milliseconds: float) -> str:
    """How late an open loop itself was to send, at the 99th percentile, and whether it had to wait for a core."""
    means = "ahead of all by chrt" if ahead_of_all() else "without chrt, so it also waited for cores"
    return f"the load itself, {means}, was late by {' and '.join(map(number, milliseconds))} (p99)"


@dataclass
class Tool:
    """The program `latchkey-bench`."""

    binary: Path

    def seed(self, data: Path, accounts: int, tokens: Path) -> dict:
        return self._run(3600, "seed", "--data", data, "--accounts", accounts, "--tokens-file", tokens)

    def hash_rate(self, seconds: int) -> float:
        return self._run(seconds, "hash-rate", "--seconds", seconds)["hashesPerSecond"]

    def verify_inside(self, data: Path, tokens: Path, seconds: int) -> float:
        """Microseconds of processor time a verification."""
        arguments = ("--data", data, "--tokens-file", tokens, "--seconds", seconds)
        return self._run(seconds, "verify-inside", *arguments)["microseconds"]

    def open_loop(self, server: MeasuredServer, tokens: Path, seconds: int) -> dict:
        url = f"http://127.0.0.1:{server.port}{STATUS_PATH}"
        arguments = ("--url", url, "--tokens-file", tokens, "--rate", 1000, "--seconds", seconds)
        result = self._run(seconds, "open-loop", *arguments, prefix=ahead_of_all())
        if result["errors"]:
            raise LoadError(f"{result['errors']} of {result['requests']} verifications failed")
        return result

    def sign_in(self, server: MeasuredServer, accounts: int, seconds: int) -> dict:
        with self.signing_in(server, accounts, seconds) as result:
            pass
        return result

    @contextmanager
    def signing_in(self, server: MeasuredServer, accounts: int, seconds: int) -> Iterator[dict]:
        """16 clients signing in, from the first answer on; the result is filled in at the end."""
        url = f"http://127.0.0.1:{server.port}{GENERATE_PATH}"
        command = self._command("sign-in", "--url", url, "--accounts", accounts, "--clients", 16, "--seconds", seconds)
        result: dict = {}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                if not process.stdout.readline():
                    raise LoadError("signing in gave no answer")
                yield result
                output, _ = process.communicate(timeout=seconds + PATIENCE_SECONDS)
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            raise LoadError("signing in failed")
        result.update(json.loads(output))
        if result["other"]:
            raise LoadError(f"{result['other']} sign-ins were answered neither 200 nor 503")

    def _command(self, *arguments: object) -> list[str]:
        return [str(self.binary), *map(str, arguments)]

    def _run(self, seconds: int, *arguments: object, prefix: Sequence[str] = ()) -> dict:
        command = [*prefix, *self._command(*arguments)]
        finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=seconds + PATIENCE_SECONDS)
        if finished.returncode != 0:
            raise LoadError(f"latchkey-bench {arguments[0]} failed")
        return json.loads(finished.stdout)
