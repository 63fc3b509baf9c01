"""Clients that generate, revoke and verify tokens of accounts at any of some nodes, and record what they saw."""

import json
import random
import socket
import threading
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

import history
from history import Kind, Recorder
from rig.commands import Account
from rig.server import BASE_PATH, Server

# Longer than a server takes to say that it cannot tell.
REQUEST_SECONDS = 15
# After an answer that is none: a server in trouble is not to be drowned in operations that stay open for ever.
PAUSE_SECONDS = 0.05
# Old tokens stay in play, so that one that comes back to life is seen.
RECENT = 6


@dataclass
class Node:
    """One place in a cluster; its server changes when it is started anew."""

    number: int
    server: Server


class Record:
    """What the clients of one account share."""

    def __init__(self, account: Account, recorder: Recorder):
        self.account = account
        self.recorder = recorder
        self.tokens: list[str] = []
        self.surprises: list[str] = []
        # The password that sign-ins use, and which of the account's it is.
        self.password = (account.password, 0)

    @property
    def key(self) -> str:
        return self.account.email


@dataclass(frozen=True)
class Mix:
    """How often a client generates and revokes; else it verifies."""

    generate: float
    revoke: float


class Client:
    """One client of some accounts with a connection to each node it has met; used by one thread."""

    def __init__(
        self, nodes: list[Node], records: list[Record], randomness: random.Random, mix: Mix, process: str = ""
    ):
        self.nodes = nodes
        self.records = records
        self.randomness = randomness
        self.mix = mix
        self.process = process
        self.connections: dict[int, tuple[Server, socket.socket]] = {}

    def work(self, stop: threading.Event) -> None:
        """Sends one request after another until told to stop."""
        while not stop.is_set():
            if not self.step():
                stop.wait(PAUSE_SECONDS)
        self.close()

    def step(self) -> bool:
        """One operation, which the seed and the tokens so far choose; whether it was answered."""
        node = self.randomness.choice(self.nodes)
        record = self.randomness.choice(self.records)
        choice = self.randomness.random()
        if not record.tokens or choice < self.mix.generate:
            return self.generate(node, record)
        token = self.recent_token(record)
        if choice < self.mix.generate + self.mix.revoke:
            return self.revoke(node, record, token)
        return self.verify(node, record, token)

    def recent_token(self, record: Record) -> str:
        """The newest token as often as all the other recent ones."""
        tokens = record.tokens
        return tokens[-1] if self.randomness.random() < 0.5 else self.randomness.choice(tokens[-RECENT:])

    def generate(self, node: Node, record: Record) -> bool:
        email = record.account.email
        password, number = record.password
        if self.randomness.random() < 0.5:
            form = urlencode({"email": email, "password": password})
            fields = "Content-Type: application/x-www-form-urlencoded\r\n"
            request = message("POST", "/api-token-generate", fields, form)
        else:
            fields = f"Authorization: Basic {b64encode(f'{email}:{password}'.encode()).decode()}\r\n"
            request = message("POST", "/api-basic-auth", fields)
        start, status, body = self.exchange(node, request)
        about = {"password": number, "process": self.process, "status": status}
        if status == 200:
            token = json.loads(body)["response"]["token"]
            record.recorder.answered(record.key, Kind.GENERATE, start, True, token, **about)
            record.tokens.append(token)
        elif status == 400 and b"INVALID_LOGIN_CREDENTIALS" in body:
            record.recorder.answered(record.key, Kind.GENERATE, start, False, **about)
        else:
            return self.unanswered(record, Kind.GENERATE, start, None, body, **about)
        return True

    def revoke(self, node: Node, record: Record, token: str) -> bool:
        return self.present(node, record, token, Kind.REVOKE, "POST", "/api-token-revoke")

    def verify(self, node: Node, record: Record, token: str) -> bool:
        return self.present(node, record, token, Kind.VERIFY, "GET", "/api-token-status")

    def present(self, node: Node, record: Record, token: str, kind: Kind, method: str, path: str) -> bool:
        request = message(method, path, f"Authorization: Bearer {token}\r\n")
        start, status, body = self.exchange(node, request)
        about = {"process": self.process, "status": status}
        if status in (200, 401):
            record.recorder.answered(record.key, kind, start, status == 200, token, **about)
            return True
        return self.unanswered(record, kind, start, token, body, **about)

    def unanswered(
        self, record: Record, kind: Kind, start: int | None, token: str | None, body: bytes, **about: object
    ) -> bool:
        if start is not None:
            record.recorder.unanswered(record.key, kind, start, token, **about)
        if about["status"] not in (None, 503):
            record.surprises.append(f"{kind.value}: {about['status']} {body[:200]!r}")
        return False

    def exchange(self, node: Node, request: bytes) -> tuple[int | None, int | None, bytes]:
        """When the request was sent, if it was; the status of its answer, if there is one; the body."""
        start = None
        try:
            connection = self.connection(node)
            start = history.now()
            connection.sendall(request)
            status, fields, body = answer(connection)
        except (OSError, ValueError):
            self.drop(node)
            return start, None, b""
        if b"connection: close" in fields.lower():
            self.drop(node)
        return start, status, body

    def connection(self, node: Node) -> socket.socket:
        server, connection = self.connections.get(node.number, (None, None))
        if server is not node.server:
            self.drop(node)
            server = node.server
            connection = server.connect(REQUEST_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections[node.number] = (server, connection)
        return connection

    def drop(self, node: Node) -> None:
        _, connection = self.connections.pop(node.number, (None, None))
        if connection:
            connection.close()

    def close(self) -> None:
        for _, connection in self.connections.values():
            connection.close()
        self.connections = {}


def message(method: str, path: str, fields: str, body: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
    return f"{method} {BASE_PATH}{path} HTTP/1.1\r\nHost: localhost\r\n{length}{fields}\r\n{body}".encode()


def answer(connection: socket.socket) -> tuple[int, bytes, bytes]:
    """The next answer's status, fields and body; a plain reader, for `http.client` takes longer than the server."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += some(connection)
    return int(head[9:12]), head, body


def some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError("closed")
    return data
