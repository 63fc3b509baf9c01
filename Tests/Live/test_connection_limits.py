"""How many connections there may be: of one address, and of a server that has no more files."""

import itertools
import resource
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path

import requests

from rig.bodies import basic
from rig.commands import Commands
from rig.http2 import cpu_seconds
from rig.network import in_own_network
from rig.server import BASE_PATH, Server, start_server
from rig.waiting import wait_until
from rig.wire import Connection, request

ALIVE = request("GET", "/health/alive")
SHARE = 256
PATIENCE = 30
PASSWORD = "correct horse battery staple"


class Clients:
    """Connections to one port, from whatever address."""

    def __init__(self, port: int):
        self.port = port
        self.open: list[socket.socket] = []

    def connect(self, address: str) -> bool:
        """Whether a connection from there is served; it is then kept."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = socket.socket(family)
        connection.settimeout(10)
        connection.bind((address, 0))
        # To its own address; the device takes both ends.
        connection.connect((address, self.port))
        if not is_served(connection):
            connection.close()
            return False
        self.open.append(connection)
        return True

    def close(self) -> None:
        for connection in self.open:
            connection.close()
        self.open.clear()


def is_served(connection: socket.socket) -> bool:
    try:
        connection.sendall(ALIVE)
        return connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    except ConnectionError:
        return False


def metric(server: Server, name: str) -> float:
    text = requests.get(server.metrics_url, timeout=10).text
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))


def test_an_address_has_its_share_of_connections_and_no_more(binary: Path, tmp_path: Path) -> None:
    neighbours = ["192.0.2.1/32", "192.0.2.2/32", "198.51.100.7/32"]
    subscriber = ["2001:db8:0:1::1/128", "2001:db8:0:1:ffff::2/128", "2001:db8:0:2::1/128"]
    settings = {
        "LATCHKEY_SERVER_HOST": "::",
        "LATCHKEY_SERVER_TRUSTED_PROXIES": "198.51.100.0/24",
        "LATCHKEY_METRICS_PORT": "0",
    }

    def body() -> None:
        server = start_server(binary, tmp_path, settings=settings)
        clients = Clients(server.address[1])
        try:
            assert all(clients.connect("192.0.2.1") for _ in range(SHARE))
            logged = len(server.log.read_text().splitlines())
            assert not any(clients.connect("192.0.2.1") for _ in range(50))
            assert len(server.log.read_text().splitlines()) == logged, "who is turned away fills no log"
            assert metric(server, "latchkey_connections_refused_total") == 50
            assert metric(server, "latchkey_connections_open") == SHARE + 1
            # Nobody else has less for it; those who are there stay.
            assert all(clients.connect("192.0.2.2") for _ in range(10))
            assert all(is_served(connection) for connection in clients.open)
            # A /64 is one subscriber's.
            alike = itertools.cycle(["2001:db8:0:1::1", "2001:db8:0:1:ffff::2"])
            assert all(clients.connect(next(alike)) for _ in range(SHARE))
            assert not clients.connect("2001:db8:0:1::1")
            assert not clients.connect("2001:db8:0:1:ffff::2")
            assert clients.connect("2001:db8:0:2::1")
            clients.close()
            for exempt in ("127.0.0.1", "127.0.0.2", "::1", "198.51.100.7"):
                assert all(clients.connect(exempt) for _ in range(SHARE + 4))
                clients.close()
            wait_until(lambda: clients.connect("192.0.2.1"), 5, "an address whose connections have closed is served")
            clients.close()
            wait_until(lambda: metric(server, "latchkey_connections_open") <= 2, 5, "all connections are closed")
        finally:
            clients.close()
            assert server.stop() == 0

    in_own_network(neighbours + subscriber, body)


def test_a_server_without_files_for_more_connections_serves_those_it_has(launch: Callable[..., Server], binary: Path):
    server = launch()
    commands = Commands(binary, server.data)
    account = commands.add_account("resident@example.com", PASSWORD)
    sign_in = request("GET", f"{BASE_PATH}/api-basic-auth", {"Authorization": basic(account.email, PASSWORD)})
    process = server.process.pid
    with Connection(server) as kept:

        def status(asked: bytes) -> int:
            kept.send(asked)
            return kept.answer().status

        assert status(sign_in) == 200
        spare = 20
        files = open_files(process) + spare
        resource.prlimit(process, resource.RLIMIT_NOFILE, (files, files))
        # The system takes them all; the server has room for some.
        waiting = [server.connect() for _ in range(2 * spare)]
        for connection in waiting:
            connection.sendall(ALIVE)
        served = answered(waiting, spare - 5)
        assert spare - 5 <= len(served) <= spare
        before = cpu_seconds(server)
        rest = [connection for connection in waiting if connection not in served]
        assert not answered(rest, 0, quiet=3)
        assert cpu_seconds(server) - before < 0.5, "the server does not try over and over"
        assert status(ALIVE) == 200
        # The store may have no file left for a reader more, and then says so.
        assert status(sign_in) in (200, 503)
        assert status(ALIVE) == 200
        for connection in served:
            connection.close()
        assert len(answered(rest[: spare - 5], spare - 5)) == spare - 5
        # Those that followed may have taken every file again.
        for connection in rest:
            connection.close()
        wait_until(
            lambda: open_files(process) < files - spare / 2, PATIENCE, "the files of closed connections are free"
        )
        assert status(sign_in) == 200
    assert commands.run("token", "generate", account.email).code == 0


def test_few_files_make_few_connections_and_the_log_says_so(
    binary: Path, tmp_path: Path, launch: Callable[..., Server]
):
    limited = tmp_path / "latchkey"
    limited.write_text(f'#!/bin/sh\nulimit -n 110\nLATCHKEY_SERVER_THREADS=2 exec "{binary}" "$@"\n')
    limited.chmod(0o755)
    server = launch(binary=limited)
    assert "fewer open files" in server.log.read_text()
    with Connection(server) as kept:
        connections = [server.connect() for _ in range(60)]
        for connection in connections:
            connection.sendall(ALIVE)
        served = answered(connections, 30)
        assert 30 <= len(served) <= 40
        kept.send(ALIVE)
        assert kept.answer().status == 200
        # What is kept back is enough for the store.
        kept.send(request("GET", f"{BASE_PATH}/api-basic-auth", {"Authorization": basic("nobody@example.com", "x")}))
        assert kept.answer().status == 400
        for connection in served:
            connection.close()
        rest = [connection for connection in connections if connection not in served]
        assert len(answered(rest, len(rest))) == len(rest)
        for connection in connections:
            connection.close()


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def answered(connections: list[socket.socket], least: int, quiet: float = 1) -> list[socket.socket]:
    """Those that are served: so many are waited for, and whoever follows until `quiet` seconds bring nobody."""
    served: list[socket.socket] = []
    deadline = time.monotonic() + PATIENCE
    while len(served) < len(connections):
        patience = quiet if len(served) >= least else deadline - time.monotonic()
        waiting = [connection for connection in connections if connection not in served]
        ready = select.select(waiting, [], [], max(0, patience))[0]
        if not ready:
            break
        for connection in ready:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
            served.append(connection)
    return served
