"""The connection itself: framing, limits, order, deadlines, and both versions of HTTP over TLS."""

import json
import socket
import subprocess
import time

import pytest

from rig.answers import assert_error
from rig.authority import Authority
from rig.bodies import URL_ENCODED, basic, chunked, url_encoded
from rig.commands import Account
from rig.server import BASE_PATH, Server, clean_environment
from rig.tokens import WRONG_CREDENTIALS, generate, opens, token_in
from rig.wire import Connection, exchange, request

GENERATE, BASIC = BASE_PATH + "/api-token-generate", BASE_PATH + "/api-basic-auth"
STATUS = BASE_PATH + "/api-token-status"
HOST = b"Host: localhost\r\n"
POST = f"POST {GENERATE} HTTP/1.1\r\n".encode() + HOST + f"Content-Type: {URL_ENCODED}\r\n".encode()
GET = f"GET {STATUS} HTTP/1.1\r\n".encode()

REFUSED_AND_CLOSED = {
    "no Host": (GET + b"\r\n", 400, "INVALID_DATA"),
    "two Hosts": (GET + HOST + HOST + b"\r\n", 400, "INVALID_DATA"),
    "a length and chunks": (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, None),
    "two lengths": (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400, None),
    "a list of lengths": (POST + b"Content-Length: 3, 3\r\n\r\nabc", 400, None),
    "a signed length": (POST + b"Content-Length: +3\r\n\r\nabc", 400, None),
    "a negative length": (POST + b"Content-Length: -1\r\n\r\n", 400, None),
    "a length beyond 64 bits": (POST + b"Content-Length: 18446744073709551616\r\n\r\n", 400, None),
    "a space before the colon": (POST + b"Content-Length : 3\r\n\r\nabc", 400, None),
    "a folded header": (GET + HOST + b"X: a\r\n b\r\n\r\n", 400, None),
    "NUL in a header": (GET + HOST + b"X: a\0b\r\n\r\n", 400, None),
    "a bare carriage return": (GET + HOST + b"X: a\rb\r\n\r\n", 400, None),
    "an unknown coding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n", 400, None),
    "chunked, then another": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n", 400, None),
    "chunked twice": (POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, None),
    "a coding we do not know": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "NOT_IMPLEMENTED"),
    "chunks in HTTP/1.0": (
        POST.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        None,
    ),
    "no number of a chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, None),
    "a chunk beyond 64 bits": (POST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", 400, None),
    "60 KB of chunk extension": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"e" * 60000 + b"\r\nhi\r\n0\r\n\r\n",
        400,
        None,
    ),
    "TLS on the plain port": (bytes([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]) + bytes(50), 400, None),
    "HTTP/2 on HTTP/1": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, None),
    "a path of 9 KiB": (f"GET {STATUS}?{'a' * 9000} HTTP/1.1\r\n".encode() + HOST + b"\r\n", 414, "URI_TOO_LONG"),
    "a header of 40 KiB": (GET + HOST + b"X: " + b"a" * 40000 + b"\r\n\r\n", 431, "HEADERS_TOO_LARGE"),
    "200 header fields": (GET + HOST + b"X: a\r\n" * 200 + b"\r\n", 431, "HEADERS_TOO_LARGE"),
    "a body of 17 KiB": (POST + b"Content-Length: 17408\r\n\r\n" + b"a" * 17408, 413, "PAYLOAD_TOO_LARGE"),
    "a body of 17 KiB, announced": (POST + b"Content-Length: 17408\r\n\r\n", 413, "PAYLOAD_TOO_LARGE"),
    "a body of 17 KiB in chunks": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"a" * 17408, 1024),
        413,
        "PAYLOAD_TOO_LARGE",
    ),
    "an unknown expectation": (POST + b"Content-Length: 3\r\nExpect: foo\r\n\r\n", 417, "EXPECTATION_FAILED"),
}


@pytest.mark.parametrize("case", REFUSED_AND_CLOSED)
def test_what_breaks_the_framing_or_a_limit_is_told_so_and_the_connection_ends(case: str, server: Server):
    data, status, reason = REFUSED_AND_CLOSED[case]
    with Connection(server) as connection:
        connection.send(data)
        answer = connection.answer()
        assert_error(answer, status, reason or "INVALID_DATA")
        assert answer.value("Connection").lower() == "close"
        assert connection.is_closed_by_server


@pytest.mark.parametrize(("version", "status"), [("2.0", 505), ("1.2", 505), ("0.9", 505)])
def test_another_version_of_http_is_refused(version: str, status: int, server: Server):
    data = GET.replace(b"HTTP/1.1", f"HTTP/{version}".encode()) + HOST + b"\r\n"
    assert_error(exchange(server, data), status, "HTTP_VERSION_NOT_SUPPORTED")


def test_the_server_is_no_proxy(server: Server):
    answer = exchange(server, b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
    assert_error(answer, 501, "NOT_IMPLEMENTED")


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


def test_a_client_that_waits_for_100_continue_with_a_body_too_large_is_refused_at_once(server: Server):
    with Connection(server) as connection:
        connection.send(POST + b"Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
        assert_error(connection.answer(), 413, "PAYLOAD_TOO_LARGE")


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


def test_a_request_that_is_cut_off_changes_nothing(server: Server, account: Account):
    token = generate(server, account.email, account.password)
    body = url_encoded(("email", account.email), ("password", account.password))
    with Connection(server) as connection:
        connection.send(POST + b"Content-Length: %d\r\n\r\n" % (len(body) + 1) + body)
    assert opens(server, token)


def test_a_body_that_drips_in_is_refused_in_ten_seconds(server: Server):
    start = time.monotonic()
    with Connection(server, seconds=0.5) as connection:
        connection.send(POST + b"Content-Length: 100\r\n\r\n")
        line = b""
        while not line:
            assert time.monotonic() - start < 12
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
