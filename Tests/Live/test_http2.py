"""HTTP/2 connections that keep the server busy for nothing: each ends, soon and cheaply, and the next one is served."""

import contextlib
import ssl
import threading

import pytest

from rig.http2 import (
    ALIVE,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    PING,
    PRIORITY,
    RESET,
    SETTINGS,
    WINDOW_UPDATE,
    connect,
    cpu_seconds,
    frame,
    frames,
)
from rig.server import Server
from rig.wire import exchange, request

CANCEL = (8).to_bytes(4)
OPEN = frame(HEADERS, END_HEADERS, 1, ALIVE)


def streams(count: int, *more: tuple[int, int, bytes], flags: int = END_HEADERS | END_STREAM) -> bytes:
    """So many requests, each with further frames on its stream."""
    return b"".join(
        frame(HEADERS, flags, stream, ALIVE) + b"".join(frame(kind, flag, stream, data) for kind, flag, data in more)
        for stream in range(1, 2 * count, 2)
    )


SMALL = frame(CONTINUATION, 0, 1, b"\x00\x01x\x01y")

# What is sent.
FLOODS = {
    "F34 1,000 requests, each reset": streams(1000, (RESET, 0, CANCEL)),
    "1,000 requests with a body announced, each reset": streams(1000, (RESET, 0, CANCEL), flags=END_HEADERS),
    "a header that goes on for ever": frame(HEADERS, 0, 1, ALIVE)
    + frame(CONTINUATION, 0, 1, b"\x00\x01x\x01y") * 20_000,
    "a header of empty continuations": frame(HEADERS, 0, 1, ALIVE) + frame(CONTINUATION, 0, 1) * 20_000,
    "a header of 64 KiB": frame(HEADERS, 0, 1, ALIVE)
    + frame(CONTINUATION, 0, 1, b"\x00\x01x\x7f\x81\x7e" + b"y" * 16_384)[:16_393] * 4,
    "20,000 settings": frame(SETTINGS, 0, 0, b"\x00\x04\x00\x00\xff\xff") * 20_000,
    "20,000 empty settings": frame(SETTINGS) * 20_000,
    "20,000 pings": frame(PING, 0, 0, b"12345678") * 20_000,
    "20,000 priorities": OPEN + frame(PRIORITY, 0, 1, b"\0\0\0\0\x10") * 20_000,
    "20,000 empty pieces of a body": OPEN + frame(DATA, 0, 1) * 20_000,
    "windows that do not grow": OPEN + frame(WINDOW_UPDATE, 0, 0, bytes(4)) * 20_000,
    "windows that grow too far": frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff") * 20_000,
    "a stream of the server's": frame(HEADERS, END_HEADERS | END_STREAM, 2, ALIVE) * 1000,
    "bytes that are no frames": b"\xff" * 60_000,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_ends_the_connection_at_little_cost(flood: str, secure_server: Server):
    before = cpu_seconds(secure_server)
    with connect(secure_server) as connection:
        sender = threading.Thread(target=send_all, args=(connection, FLOODS[flood]))
        sender.start()
        seen = frames(connection)
        sender.join()
    kinds = [kind for kind, _, _ in seen]
    assert kinds.count(GOAWAY) <= 1
    assert kinds.count(PING) + kinds.count(SETTINGS) < 1000
    assert cpu_seconds(secure_server) - before < 2
    assert exchange(secure_server, request("GET", "/health/alive")).status == 200


def send_all(connection: ssl.SSLSocket, data: bytes) -> None:
    # The server may have had enough.
    with contextlib.suppress(OSError):
        connection.sendall(data)


def test_a_client_that_resets_its_requests_is_told_so(secure_server: Server):
    """F34, slowly enough that the answer is not lost with what is still being sent."""
    with connect(secure_server) as connection:
        connection.sendall(streams(210, (RESET, 0, CANCEL)))
        goaway = [payload for kind, _, payload in frames(connection) if kind == GOAWAY]
    assert len(goaway) == 1
    enhance_your_calm = 11
    assert int.from_bytes(goaway[0][4:8]) == enhance_your_calm
