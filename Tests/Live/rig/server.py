"""A real `latchkey serve` on a free port, started and stopped as an operator would."""

import json
import os
import select
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rig.waiting import wait_until

START_SECONDS = 60
STOP_SECONDS = 10
BASE_PATH = "/api/1.1/wf"


def clean_environment(settings: dict[str, str] | None = None) -> dict[str, str]:
    """This process's variables with `settings`, and without Latchkey's own, which would be settings of the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY_")}
    return kept | (settings or {})


@dataclass
class Server:
    """A running server; `url` is what it said it listens on."""

    process: subprocess.Popen
    url: str
    data: Path
    log: Path
    root: Path | None = None
    metrics_url: str | None = None
    rest_of_stdout: bytes = field(default=b"", init=False)

    @property
    def base(self) -> str:
        return self.url + BASE_PATH

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname, parts.port

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def connect(self, seconds: float = 10) -> socket.socket:
        """A connection that fails after `seconds` without a byte; over TLS where the server speaks it."""
        connection = socket.create_connection(self.address, timeout=seconds)
        if self.root is None:
            return connection
        return ssl.create_default_context(cafile=str(self.root)).wrap_socket(connection, server_hostname="localhost")

    def stop(self) -> int:
        """Asks the server to end and gives its exit code; one that does not end in time is killed and an error."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end within {STOP_SECONDS} s of SIGTERM") from None
        self.close_stdout()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.close_stdout()

    def close_stdout(self) -> None:
        """Keeps what the ended server still said; what it started, a backtrace say, may hold the pipe open."""
        if not self.process.stdout.closed:
            os.set_blocking(self.process.stdout.fileno(), False)
            self.rest_of_stdout = self.process.stdout.read() or b""
            self.process.stdout.close()


def start_server(
    binary: Path,
    directory: Path,
    *arguments: str,
    settings: dict[str, str] | None = None,
    root: Path | None = None,
) -> Server:
    """Starts `serve` in `directory` and returns once it says it listens and is ready.

    The data lie in `directory/data`, or where `--dev` puts them when that is among the arguments.
    """
    is_development = "--dev" in arguments
    data = directory / ("latchkey-dev" if is_development else "data")
    log = directory / "serve.log"
    place = () if is_development else ("--data", str(data))
    with log.open("ab") as log_file:
        process = subprocess.Popen(
            [binary, "serve", "--port", "0", "--output", "json", *place, *arguments],
            cwd=directory,
            env=clean_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log_file,
            bufsize=0,
        )
    try:
        line = json.loads(first_line(process, log))
        assert line["status"] == "listening", line
        server = Server(process, line["url"], data, log, root, line.get("metrics_url"))
        wait_until(lambda: is_ready(server), START_SECONDS, f"{server.url}/health/ready answers 200")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return server


def first_line(process: subprocess.Popen, log: Path) -> bytes:
    deadline = time.monotonic() + START_SECONDS
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        byte = process.stdout.read(1) if readable else b""
        if not byte:
            reason = "ended" if readable else f"said nothing for {START_SECONDS} s"
            raise AssertionError(f"the server {reason} before it listened; its log ends:\n{log.read_text()[-4000:]}")
        line += byte
    return line


def is_ready(server: Server) -> bool:
    context = ssl.create_default_context(cafile=str(server.root)) if server.root else None
    try:
        with urllib.request.urlopen(f"{server.url}/health/ready", timeout=5, context=context) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
