"""Whether what one client sends through a proxy changes what another is answered."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

SECONDS = 10
ANSWER = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r]*\r\n(.*?)\r\n\r\n", re.DOTALL)


@dataclass(frozen=True)
class Victim:
    """A request, and what stands in the body of its own answer and of nobody else's."""

    request: bytes
    mark: bytes


def confusion(proxy: tuple[str, int], attack: bytes, victims: list[Victim], rest: bytes = b"") -> str | None:
    """What went wrong for whom after `attack`; nothing when every victim got its own answer.

    The first victim comes on the attacker's connection, right behind the attack, unless that needs a `rest` of its own;
    the next on a connection that was there before, and all of them again on connections of their own.
    """
    with closing(connect(proxy)) as neighbour:
        with closing(connect(proxy)) as attacker:
            attacker.sendall(attack + (rest or victims[0].request))
            answers = answers_in(everything(attacker))
        own = [number for number, (_, body) in enumerate(answers) if victims[0].mark in body]
        was_refused = not answers or answers[-1][0] >= 400 and answers[-1][0] != 404
        if not rest and own != [len(answers) - 1] and not (was_refused and not own):
            return f"on the attacker's connection the victim got {answers}"
        for connection, victim in [(neighbour, victims[1]), *((connect(proxy), victim) for victim in victims * 2)]:
            with closing(connection):
                connection.sendall(victim.request)
                answers = answers_in(everything(connection))
            if len(answers) != 1 or victim.mark not in answers[0][1]:
                return f"instead of {victim.mark!r} a client got {answers}"
    return None


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=SECONDS)


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes, as every victim asks it to, or stays silent."""
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except (TimeoutError, ConnectionResetError):
        pass
    return data


def answers_in(data: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer."""
    answers = []
    while match := ANSWER.match(data):
        length = re.search(rb"(?i)content-length: *(\d+)", match[2])
        # Without a length it goes on to the connection's end.
        end = match.end() + int(length[1]) if length else len(data)
        answers.append((int(match[1]), data[match.end() : end]))
        data = data[end:]
    return answers


@contextmanager
def gullible_server() -> Iterator[tuple[str, int]]:
    """A server that knows no chunks and no body of a GET, passes over what it cannot read, and echoes targets."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)


def accept(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def serve(connection: socket.socket) -> None:
    with closing(connection), connection.makefile("rb") as reader:
        while line := reader.readline():
            request = re.match(rb"[A-Z]+ (\S+) HTTP/1\.1\r\n", line)
            if not request:
                continue
            length = 0
            while (field := reader.readline()) not in (b"\r\n", b""):
                if found := re.match(rb"(?i)content-length: *(\d+)", field):
                    length = int(found[1])
            if line.startswith(b"POST"):
                reader.read(length)
            body = request[1]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
