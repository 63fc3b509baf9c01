"""HTTP/1.1 by hand, where a client library would mend or hide what the wire carries."""

import json
import socket
from dataclasses import dataclass

from rig.server import Server


@dataclass(frozen=True)
class Answer:
    """One answer, its headers in order and as spelt."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for field, value in self.headers if field.lower() == name.lower()]

    def value(self, name: str) -> str | None:
        """The value of a header that stands once, or nothing; twice is an error."""
        values = self.values(name)
        assert len(values) <= 1, f"{name} stands {len(values)} times"
        return values[0] if values else None

    @property
    def object(self) -> dict:
        return json.loads(self.body)


class Connection:
    """One connection to a server; every read is bounded by its timeout."""

    def __init__(self, server: Server, seconds: float = 10):
        self.socket = server.connect(seconds)
        self.reader = self.socket.makefile("rb")

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def end(self) -> None:
        """Closes our side; answers still come."""
        self.socket.shutdown(socket.SHUT_WR)

    def answer(self, *, to_head: bool = False) -> Answer:
        """The next answer; `to_head` says that it has no body whatever its length says."""
        line = self.reader.readline()
        assert line.startswith(b"HTTP/1.1 "), line
        status = int(line.split()[1])
        headers = []
        while (field := self.reader.readline()) not in (b"\r\n", b""):
            name, value = field.decode("latin-1").split(":", 1)
            headers.append((name, value.strip()))
        answer = Answer(status, headers, b"")
        if to_head or status < 200 or status in (204, 304):
            return answer
        return Answer(status, headers, self.body(answer))

    def body(self, answer: Answer) -> bytes:
        length = answer.value("Content-Length")
        assert length is not None, f"no Content-Length: {answer}"
        body = self.reader.read(int(length))
        assert len(body) == int(length), "cut short"
        return body

    @property
    def is_closed_by_server(self) -> bool:
        """Whether the server ends the connection without another byte; waits for the end within the timeout."""
        try:
            return self.reader.read(1) == b""
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True


def request(method: str, target: str, headers: dict[str, str] | list[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """The bytes of a request: `Host`, then the headers as given, then a length where there is a body."""
    fields = list(headers.items() if isinstance(headers, dict) else headers)
    if body:
        fields.append(("Content-Length", str(len(body))))
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def exchange(server: Server, data: bytes, **options: bool) -> Answer:
    """One request on a connection of its own, and its answer."""
    with Connection(server) as connection:
        connection.send(data)
        return connection.answer(**options)
