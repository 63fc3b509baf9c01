"""The servers that are measured: processes of our own on free ports of loopback, and what the system says of them."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

START_SECONDS = 30
STOP_SECONDS = 15
STATUS_PATH = "/api/1.1/wf/api-token-status"
GENERATE_PATH = "/api/1.1/wf/api-token-generate"
ALIVE_PATH = "/health/alive"
GUARD_PATH = "/guard/auth-request"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class ServerError(Exception):
    """A server that does not start, answer or end as it should."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answer(port: int, path: str, token: str = "", seconds: float = 10) -> bytes:
    """One whole answer as it came over the wire; it must have a Content-Length."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        field = f"Authorization: Bearer {token}\r\n" if token else ""
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{field}\r\n".encode())
        received = b""
        while True:
            head, blank, body = received.partition(b"\r\n\r\n")
            if blank:
                fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
                if len(body) >= int(fields[b"content-length"]):
                    return received
            piece = connection.recv(65536)
            if not piece:
                raise ServerError(f"{path}: the connection ended early")
            received += piece


class MeasuredServer:
    """A process and, for one that forks workers, those: their CPU time and memory."""

    process: subprocess.Popen
    port: int

    def pids(self) -> list[int]:
        return [self.process.pid]

    def cpu_seconds(self) -> float:
        """User and system time of all threads since the start."""
        ticks = 0
        for pid in self.pids():
            # The command's name, in parentheses, may hold anything.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_SECOND

    def memory(self, field: str = "VmRSS") -> float:
        """MiB, of `VmRSS` now or `VmHWM` at the most since `forget_peak`."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1])
        return total / 1024

    def forget_peak(self) -> None:
        for pid in self.pids():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Latchkey(MeasuredServer):
    """`latchkey serve` with its defaults on a seeded data directory; its log is shown when it fails."""

    def __init__(self, binary: Path, data: Path, port: int = 0, settings: dict[str, str] | None = None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY_")}
        environment |= settings or {}
        self.port = port
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `stop`)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [binary, "serve", "--data", data, "--port", str(port), "--output", "json"],
            env=environment | (settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )

    @staticmethod
    def on(binary: Path, data: Path, settings: dict[str, str] | None = None) -> "Latchkey":
        """One that listens, on a free port, as its one line on standard output says."""
        server = Latchkey(binary, data, settings=settings)
        readable, _, _ = select.select([server.process.stdout], [], [], START_SECONDS)
        line = server.process.stdout.readline() if readable else b""
        if not line:
            failure = server.failure("did not start")
            server.stop()
            raise failure
        server.port = urlsplit(json.loads(line)["url"]).port
        return server

    def seconds_to_first_answer(self) -> float:
        """From before the process was made to the first answer of /health/alive, asked for again and again."""
        deadline = self.started + START_SECONDS
        while time.perf_counter() < deadline:
            # A refusal on loopback comes at once, so the loop takes a core, and the server has the others.
            with contextlib.suppress(ConnectionError):
                if answer(self.port, ALIVE_PATH).startswith(b"HTTP/1.1 200 "):
                    return time.perf_counter() - self.started
            if self.process.poll() is not None:
                break
        raise self.failure("did not answer")

    def stop(self) -> None:
        super().stop()
        self.log.close()

    def failure(self, what: str) -> ServerError:
        self.log.seek(0)
        return ServerError(f"latchkey {what}: {self.log.read().decode(errors='replace')[-2000:]}")


class Nginx(MeasuredServer):
    """Debian's nginx with `return 200`: the same body on each path, padded to the same number of bytes."""

    def __init__(self, directory: Path, answers: dict[str, bytes]):
        """`answers` has the whole answer to equal for each path."""
        self.directory = directory
        bare = self._sizes(answers)
        padding = {path: len(whole) - bare[path] for path, whole in answers.items()}
        self._start(answers, padding)

    def _sizes(self, answers: dict[str, bytes]) -> dict[str, int]:
        self._start(answers, {})
        sizes = {path: len(answer(self.port, path)) for path in answers}
        self.stop()
        return sizes

    def _start(self, answers: dict[str, bytes], padding: dict[str, int]) -> None:
        self.port = free_port()
        configuration = self.directory / "nginx.conf"
        configuration.write_text(self._configuration(answers, padding))
        self.process = subprocess.Popen(
            ["nginx", "-p", self.directory, "-c", configuration, "-e", self.directory / "error.log"],
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(ConnectionError):
                if all(answer(self.port, path).startswith(b"HTTP/1.1 200 ") for path in answers):
                    return
        self.stop()
        raise ServerError(f"nginx did not start; {self.directory / 'error.log'} has its reasons")

    def _configuration(self, answers: dict[str, bytes], padding: dict[str, int]) -> str:
        locations = ""
        for path, whole in answers.items():
            body = whole.partition(b"\r\n\r\n")[2].decode()
            # The name, a colon, a blank and the line's end are 8 bytes themselves.
            missing = padding.get(path, 0) - len("X-Pad: \r\n")
            field = f"add_header X-Pad {'x' * missing};" if missing > 0 else ""
            locations += f"location = {path} {{ default_type application/json; {field} return 200 '{body}'; }}\n"
        temporary = "".join(
            f"{kind}_temp_path {self.directory}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return f"""
            worker_processes 2;
            daemon off;
            pid {self.directory}/nginx.pid;
            error_log {self.directory}/error.log warn;
            events {{ worker_connections 1024; }}
            http {{
                access_log off;
                server_tokens off;
                keepalive_requests 1000000000;
                keepalive_timeout 600s;
                {temporary}
                server {{
                    listen 127.0.0.1:{self.port};
                    {locations}
                }}
            }}
        """

    def pids(self) -> list[int]:
        """The workers; the master does nothing per request."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
