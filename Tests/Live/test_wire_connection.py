"""The connection itself: framing, limits, order, deadlines, and both versions of HTTP over TLS."""

import json
import socket
import subprocess
import time

import pytest

from rig.authority import Authority
from rig.bodies import URL_ENCODED, basic, url_encoded
from rig.commands import Account
from rig.server import BASE_PATH, Server, clean_environment
from rig.tokens import WRONG_CREDENTIALS, generate, token_in
from rig.waiting import LATE
from rig.wire import Connection, exchange, request

GENERATE, BASIC = BASE_PATH + "/api-token-generate", BASE_PATH + "/api-basic-auth"
STATUS = BASE_PATH + "/api-token-status"
HOST = b"Host: localhost\r\n"
POST = f"POST {GENERATE} HTTP/1.1\r\n".encode() + HOST + f"Content-Type: {URL_ENCODED}\r\n".encode()
GET = f"GET {STATUS} HTTP/1.1\r\n".encode()


def test_pipelined_requests_are_answered_in_order(server: Server, resident: Account):
    """Slow ones between fast ones: sign-ins hash a password, the others are answered at once."""
    token = generate(server, resident.email, resident.password)
    kinds = {
        200: request("GET", STATUS, {"Authorization": f"Bearer {token}"}),
        400: request("POST", BASIC, {"Authorization": basic(resident.email, "wrong horse battery")}),
        401: request("GET", STATUS),
        404: request("GET", BASE_PATH + "/nothing"),
        405: request("PUT", GENERATE),
    }
    order = [400, 200, 401, 404, 405, 200, 400, 405, 200, 401] * 5
    with Connection(server, seconds=30) as connection:
        connection.send(b"".join(kinds[status] for status in order))
        assert [connection.answer().status for _ in order] == order
        connection.send(kinds[200])
        assert connection.answer().status == 200


def test_a_client_that_waits_for_100_continue_is_not_left_waiting(server: Server, resident: Account):
    body = url_encoded(("email", resident.email), ("password", resident.password))
    with Connection(server) as connection:
        connection.send(POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert connection.answer().status == 100
        connection.send(body)
        token_in(connection.answer().body)


@pytest.mark.parametrize("value", ["close", "Close", "foo, Close", "CLOSE"])
def test_a_client_that_asks_to_close_is_heard_in_any_letters(value: str, server: Server):
    for target in (STATUS, "/health/alive", BASE_PATH + "/nothing"):
        with Connection(server) as connection:
            connection.send(request("GET", target, {"Connection": value}))
            connection.answer()
            assert connection.is_closed_by_server


def test_a_connection_serves_many_requests(server: Server, resident: Account):
    token = generate(server, resident.email, resident.password)
    with Connection(server) as connection:
        for _ in range(200):
            connection.send(request("GET", STATUS, {"Authorization": f"Bearer {token}"}))
            assert connection.answer().status == 200


def test_a_body_that_drips_in_is_refused_in_ten_seconds(server: Server):
    start = time.monotonic()
    with Connection(server, seconds=0.5) as connection:
        connection.send(POST + b"Content-Length: 100\r\n\r\n")
        line = b""
        while not line:
            assert time.monotonic() - start < 10 + LATE
            connection.send(b"a")
            try:
                line = connection.socket.recv(1000)
            except TimeoutError:
                continue
        assert line.startswith(b"HTTP/1.1 408 ")
        assert b'"reason":"REQUEST_TIMEOUT"' in line


def curl(server: Server, authority: Authority, *arguments: str) -> tuple[str, bytes]:
    """The version of HTTP that curl and the server agreed on, and the body."""
    command = ["curl", "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_version}", *arguments]
    environment = clean_environment(authority.client_settings | {"NO_PROXY": "*"})
    output = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60).stdout
    body, version = output.rsplit(b"\n", 1)
    return version.decode(), body


@pytest.mark.parametrize(("option", "version"), [("--http2", "2"), ("--http1.1", "1.1")])
def test_both_versions_of_http_give_the_same_bytes_over_tls(
    option: str, version: str, secure_server: Server, authority: Authority
):
    def ask(path: str, *arguments: str) -> bytes:
        used, body = curl(secure_server, authority, option, secure_server.base + path, *arguments)
        assert used == version
        return body

    form = ("--form", "email=example@personr.co", "--form", "password=example123")
    token = token_in(ask("/api-token-generate", *form))
    assert token_in(ask("/api-basic-auth", "--user", "example@personr.co:example123")) != token
    wrong = ("--data", "email=example@personr.co&password=example124")
    assert ask("/api-token-generate", *wrong) == WRONG_CREDENTIALS.encode()
    assert json.loads(ask("/api-token-status"))["reason"] == "UNAUTHORIZED"
    assert json.loads(ask("/api-token-status", "--request", "PUT"))["reason"] == "METHOD_NOT_ALLOWED"
    assert json.loads(ask("/nothing"))["reason"] == "NOT_FOUND"


def test_the_server_speaks_tls_1_2_and_1_3_and_nothing_older(secure_server: Server, authority: Authority):
    alive = secure_server.url + "/health/alive"
    for version in ("1.2", "1.3"):
        curl(secure_server, authority, f"--tlsv{version}", "--tls-max", version, alive)
    with pytest.raises(subprocess.CalledProcessError):
        curl(secure_server, authority, "--ciphers", "DEFAULT@SECLEVEL=0", "--tlsv1.0", "--tls-max", "1.1", alive)


def test_plain_http_on_the_tls_port_is_no_redirect(secure_server: Server):
    with socket.create_connection(secure_server.address, timeout=10) as connection:
        connection.sendall(request("GET", STATUS))
        assert not connection.recv(1000).startswith(b"HTTP/1.1 3")


def test_a_status_is_answered_while_every_hash_thread_is_busy(server: Server, resident: Account):
    token = generate(server, resident.email, resident.password)
    slow = request("GET", BASIC, {"Authorization": basic(resident.email, "wrong horse battery")})
    with Connection(server, seconds=30) as busy:
        busy.send(slow * 20)
        assert exchange(server, request("GET", STATUS, {"Authorization": f"Bearer {token}"})).status == 200
        assert [busy.answer().status for _ in range(20)] == [400] * 20


def test_an_offer_to_upgrade_is_passed_over_and_ends_the_connection_with_its_answer(server: Server):
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
    with Connection(server) as connection:
        connection.send(request("GET", "/health/alive", offer))
        answer = connection.answer()
        assert answer.status == 200
        assert answer.value("connection") == "close"
        assert connection.is_closed_by_server
