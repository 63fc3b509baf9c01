"""Clients that send next to nothing, or read nothing: each has its time and no more, whatever it drips."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from rig.bodies import URL_ENCODED
from rig.http2 import (
    ALIVE,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    PREFACE,
    RESET,
    SETTINGS,
    connect,
    frame,
    parsed,
)
from rig.server import BASE_PATH, Server
from rig.waiting import LATE, wait_until
from rig.wire import exchange, request

INTERVAL = 0.3
SLACK = 1.5
PATIENCE = 20
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(600)
FORM = request("POST", BASE_PATH + "/api-token-generate", {"Content-Type": URL_ENCODED, "Content-Length": "1000"})
# The same stream, and so a request whose body is still to come.
OPEN = frame(HEADERS, END_HEADERS, 1, ALIVE)


@dataclass
class Drip:
    """How a connection is made and opened, what drips in then, and after how many seconds it is over."""

    connect: Callable[[Server], contextlib.AbstractContextManager[socket.socket]]
    opening: bytes
    drops: Iterator[bytes]
    seconds: float
    #: What the server still says; nothing where there is nobody to hear it.
    answer: bytes = b""


@contextlib.contextmanager
def plain(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(server.address, timeout=PATIENCE) as connection:
        yield connection


@contextlib.contextmanager
def over_tls(server: Server, protocol: str) -> Iterator[ssl.SSLSocket]:
    context = ssl.create_default_context(cafile=str(server.root))
    context.set_alpn_protocols([protocol])
    with plain(server) as raw, context.wrap_socket(raw, server_hostname="localhost") as connection:
        yield connection


def http1(server: Server) -> contextlib.AbstractContextManager[ssl.SSLSocket]:
    return over_tls(server, "http/1.1")


def http2(server: Server) -> contextlib.AbstractContextManager[ssl.SSLSocket]:
    return over_tls(server, "h2")


def every(data: bytes) -> Iterator[bytes]:
    return (bytes([byte]) for byte in data)


def nothing() -> Iterator[bytes]:
    return iter(())


def field(name: bytes) -> bytes:
    """A literal header field that is not indexed (RFC 7541 section 6.2.2)."""
    return b"\x00" + bytes([len(name)]) + name + b"\x01y"


READY = PREFACE + frame(SETTINGS)
DRIPS = {
    "nothing where TLS is expected": Drip(plain, b"", nothing(), 10),
    "a TLS handshake": Drip(plain, b"", every(HELLO), 10),
    "a header": Drip(http1, b"", every(b"GET /health/alive HTTP/1.1\r\n" + b"X: y\r\n" * 100), 5, b"HTTP/1.1 408 "),
    "a header of short lines": Drip(http1, b"GET / HTTP/1.1\r\n", iter([b"X: y\r\n"] * 100), 5, b"HTTP/1.1 408 "),
    "half a header": Drip(http1, b"GET / HTTP/1.1\r\nHost: a\r\n", nothing(), 5, b"HTTP/1.1 408 "),
    "a form": Drip(http1, FORM, every(b"a" * 100), 10, b"HTTP/1.1 408 "),
    "the preface of HTTP/2": Drip(http2, b"", every(PREFACE), 5),
    "half the preface of HTTP/2": Drip(http2, PREFACE[:12], nothing(), 5),
    "the header of a frame": Drip(http2, READY, every(frame(SETTINGS)[:8]), 5),
    "the bytes of an HTTP/2 header": Drip(http2, READY + OPEN[:9], every(OPEN[9:] + bytes(100)), 5),
    "a header's continuations": Drip(
        http2, READY + frame(HEADERS, 0, 1, ALIVE), iter([frame(CONTINUATION, 0, 1, field(b"x"))] * 4), 5
    ),
    "a header whose continuation never comes": Drip(http2, READY + frame(HEADERS, 0, 1, ALIVE), nothing(), 5),
    "settings that never end": Drip(http2, READY + frame(SETTINGS, payload=bytes(60))[:9], every(bytes(60)), 10),
}


@dataclass
class Outcome:
    seconds: float
    received: bytes


def run(drip: Drip, server: Server) -> Outcome:
    start = time.monotonic()
    with drip.connect(server) as connection:
        done = threading.Event()

        def send() -> None:
            # Who is refused may find the connection closed.
            with contextlib.suppress(OSError):
                connection.sendall(drip.opening)
                for drop in drip.drops:
                    if done.wait(INTERVAL):
                        break
                    connection.sendall(drop)

        sender = threading.Thread(target=send)
        sender.start()
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
                if drip.answer and received:
                    break
        except (OSError, ssl.SSLError):
            # A reset, an end without TLS's goodbye, or far too late.
            pass
        finally:
            seconds = time.monotonic() - start
            done.set()
            sender.join()
    return Outcome(seconds, received)


@pytest.fixture(scope="module")
def outcomes(secure_server: Server) -> dict[str, Outcome]:
    with ThreadPoolExecutor(len(DRIPS)) as pool:
        runs = {name: pool.submit(run, drip, secure_server) for name, drip in DRIPS.items()}
        return {name: outcome.result() for name, outcome in runs.items()}


@pytest.mark.parametrize("name", DRIPS)
def test_a_drip_is_over_in_its_time(name: str, outcomes: dict[str, Outcome], secure_server: Server):
    drip, outcome = DRIPS[name], outcomes[name]
    assert drip.seconds - SLACK < outcome.seconds < drip.seconds + LATE, outcome
    assert outcome.received.startswith(drip.answer)
    assert exchange(secure_server, request("GET", "/health/alive")).status == 200


def test_a_client_that_does_not_take_a_long_answer_loses_the_connection(server: Server):
    with socket.socket() as connection:
        # So small a window that most of the answer has to stay where it is.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        start = time.monotonic()
        connection.connect(server.address)
        connection.sendall(request("GET", "/openapi.yaml"))
        # The server's system does not tell the client.
        wait_until(lambda: not is_held(server, connection), PATIENCE, "the server's side of the connection is gone")
        assert time.monotonic() - start > 10 - SLACK


def is_held(server: Server, connection: socket.socket) -> bool:
    """Whether the system has the server's side of the connection."""
    ends = (server.address[1], connection.getsockname()[1])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return ends in {tuple(int(end.split(":")[1], 16) for end in row[1:3]) for row in rows}


def test_a_body_that_drips_in_over_http2_is_refused_and_its_neighbours_are_served(secure_server: Server):
    generate = f"{BASE_PATH}/api-token-generate".encode()
    header = b"\x83\x87\x01\x09localhost\x04" + bytes([len(generate)]) + generate
    start = time.monotonic()
    with connect(secure_server) as connection:
        connection.sendall(frame(HEADERS, END_HEADERS, 1, header))
        data = b""
        connection.settimeout(INTERVAL)
        while (DATA, 1) not in {(kind, stream) for kind, stream, _ in parsed(data)}:
            assert time.monotonic() - start < 10 + LATE
            connection.sendall(frame(DATA, 0, 1, b"a"))
            with contextlib.suppress(TimeoutError):
                data += connection.recv(65536)
        assert time.monotonic() - start > 10 - SLACK
        assert b"REQUEST_TIMEOUT" in data
        connection.settimeout(PATIENCE)
        connection.sendall(frame(HEADERS, END_HEADERS | END_STREAM, 3, ALIVE))
        while (DATA, 3) not in {(kind, stream) for kind, stream, _ in parsed(data)}:
            data += connection.recv(65536)


def test_a_client_that_takes_no_answers_over_http2_loses_them(secure_server: Server):
    no_window = frame(SETTINGS, payload=b"\x00\x04\x00\x00\x00\x00")
    numbers = range(1, 201, 2)
    start = time.monotonic()
    with connect(secure_server) as connection:
        connection.sendall(no_window)
        connection.sendall(b"".join(frame(HEADERS, END_HEADERS | END_STREAM, number, ALIVE) for number in numbers))
        data = b""
        while {stream for kind, stream, _ in parsed(data) if kind == RESET} != set(numbers):
            assert time.monotonic() - start < 10 + LATE
            data += connection.recv(65536)
        assert time.monotonic() - start > 10 - SLACK
        assert not [payload for kind, _, payload in parsed(data) if kind == DATA and payload]
    assert exchange(secure_server, request("GET", "/health/alive")).status == 200
