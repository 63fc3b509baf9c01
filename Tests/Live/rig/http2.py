"""HTTP/2 by hand, where a client library would not break the rules."""

import os
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.server import Server

DATA, HEADERS, PRIORITY, RESET, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

# GET https /health/alive of localhost: RFC 7541's static table, and literals that are not indexed.
ALIVE = b"\x82\x87\x01\x09localhost\x04\x0d/health/alive"


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


@contextmanager
def connect(server: Server, seconds: float = 20) -> Iterator[ssl.SSLSocket]:
    """A connection that has sent its preface and no more."""
    context = ssl.create_default_context(cafile=str(server.root))
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(server.address, timeout=seconds) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        connection.sendall(PREFACE + frame(SETTINGS))
        yield connection


def frames(connection: ssl.SSLSocket) -> list[tuple[int, int, bytes]]:
    """Kind, stream and payload of all that comes until the server closes."""
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except (ConnectionError, ssl.SSLError):
        # A reset, which may overtake what was on its way.
        pass
    return parsed(data)


def parsed(data: bytes) -> list[tuple[int, int, bytes]]:
    """Kind, stream and payload of the whole frames in there."""
    seen = []
    while len(data) >= 9 and len(data) >= 9 + (length := int.from_bytes(data[:3])):
        seen.append((data[3], int.from_bytes(data[5:9]), data[9 : 9 + length]))
        data = data[9 + length :]
    return seen


def cpu_seconds(server: Server) -> float:
    """What the server has used of the processor so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
