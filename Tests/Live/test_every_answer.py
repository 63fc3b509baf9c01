"""One walk over every route and every kind of error: what all answers carry, and which of them any page may read."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import yaml

from rig.answers import JSON, compact
from rig.authority import Authority
from rig.bodies import URL_ENCODED, basic
from rig.server import BASE_PATH, Server, start_server
from rig.wire import Answer, Connection, exchange, request

GENERATE, BASIC = BASE_PATH + "/api-token-generate", BASE_PATH + "/api-basic-auth"
STATUS = BASE_PATH + "/api-token-status"
RIGHT = basic("example@personr.co", "example123")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
FORM = {"Content-Type": URL_ENCODED}
# Beside those of openapi.yaml.
MORE_PATHS = ("/", "/nothing", "/assets/nothing", "/openapi.yaml", BASE_PATH, BASE_PATH + "/nothing", "/guard/nothing")
CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": "retry-after, www-authenticate"}


def failed(email: str) -> bytes:
    return request("GET", BASIC, {"Authorization": basic(email, "wrong horse battery")})


# The reason that is answered, and what is sent; where it matters by a connection that then says no more.
ERRORS = {
    "INVALID_LOGIN_CREDENTIALS": (400, failed("example@personr.co")),
    "MISSING_DATA": (400, request("POST", GENERATE, FORM, b"email=a")),
    "INVALID_DATA": (400, request("POST", GENERATE, FORM, b"email=%ZZ")),
    "UNAUTHORIZED": (401, request("GET", STATUS)),
    "FORBIDDEN": (403, request("GET", BASIC, {"Authorization": RIGHT, "Sec-Fetch-Mode": "navigate"})),
    "NOT_FOUND": (404, request("GET", BASE_PATH + "/nothing")),
    "METHOD_NOT_ALLOWED": (405, request("GET", GENERATE)),
    "REQUEST_TIMEOUT": (408, request("GET", STATUS)[:-2]),
    "PAYLOAD_TOO_LARGE": (413, request("POST", GENERATE, FORM | {"Content-Length": "16385"})),
    "URI_TOO_LONG": (414, request("GET", STATUS + "?" + "a" * 8192)),
    "UNSUPPORTED_MEDIA_TYPE": (415, request("POST", GENERATE, {"Content-Type": "text/plain"}, b"email=a")),
    "EXPECTATION_FAILED": (417, request("POST", GENERATE, {"Expect": "foo"})),
    "TOO_EARLY": (425, request("GET", BASIC, {"Authorization": RIGHT, "Early-Data": "1"})),
    "HEADERS_TOO_LARGE": (431, request("GET", STATUS, [("X", "y")] * 129)),
    "NOT_IMPLEMENTED": (501, request("POST", GENERATE, {"Transfer-Encoding": "gzip, chunked"})),
    "HTTP_VERSION_NOT_SUPPORTED": (505, request("GET", STATUS).replace(b"HTTP/1.1", b"HTTP/1.2")),
}
UNREAD = {"EXPECTATION_FAILED", "HEADERS_TOO_LARGE", "NOT_IMPLEMENTED", "HTTP_VERSION_NOT_SUPPORTED"}


@pytest.fixture(scope="module")
def server(binary, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With HSTS, and so little patience for sign-ins that the third at once is too many."""
    settings = authority.server_settings | {
        "LATCHKEY_TLS_HSTS": "1d",
        "LATCHKEY_PASSWORDS_HASH_THREADS": "1",
        "LATCHKEY_PASSWORDS_QUEUE": "1",
        "LATCHKEY_THROTTLING_ENABLED": "false",
    }
    server = start_server(binary, tmp_path_factory.mktemp("walk"), "--dev", settings=settings, root=authority.root)
    yield server
    assert server.stop() == 0


def assert_common(answer: Answer, *, is_readable: bool) -> None:
    assert answer.value("Cache-Control") == "no-store"
    assert answer.value("X-Content-Type-Options") == "nosniff"
    assert answer.value("Strict-Transport-Security") == "max-age=86400"
    assert answer.value("Date")
    assert answer.value("Server") is None
    assert answer.value("Set-Cookie") is None
    cors = {name.lower(): value for name, value in answer.headers if name.lower().startswith("access-control-")}
    assert cors == (CORS if is_readable else {})


def test_every_route_answers_every_method_in_one_way(server: Server):
    document = yaml.safe_load(exchange(server, request("GET", "/openapi.yaml")).body)
    paths = [path.replace("{path}", "x") for path in document["paths"]]
    assert len(paths) >= 14
    for path in (*paths, *MORE_PATHS):
        for method in METHODS:
            answer = exchange(
                server, request(method, path, {"Origin": "https://page.example"}), to_head=method == "HEAD"
            )
            assert_common(answer, is_readable=(path + "/").startswith(BASE_PATH + "/"))
            assert answer.status < 500, (method, path, answer)
            if path.startswith("/guard/") and path != "/guard/nothing":
                assert answer.status in (200, 401, 403)
            if path.startswith("/oauth2/") and answer.body:
                assert "error" in answer.object
            elif answer.value("Content-Type") == "text/html; charset=utf-8":
                assert path == "/" or path.startswith("/assets/")
            elif answer.status >= 400 and method != "HEAD":
                assert_shape(answer)


def assert_shape(answer: Answer) -> dict:
    error = answer.object
    assert answer.value("Content-Type") == JSON
    assert list(error) == ["statusCode", "reason", "message"]
    assert error["statusCode"] == answer.status
    assert answer.body == compact(error)
    return error


@pytest.mark.parametrize("reason", ERRORS)
def test_every_error_has_one_shape(reason: str, server: Server):
    status, data = ERRORS[reason]
    with Connection(server) as connection:
        connection.send(data)
        answer = connection.answer()
    assert answer.status == status
    assert assert_shape(answer)["reason"] == reason
    # Of some it is not known what they are for.
    assert_common(answer, is_readable=True)


def test_an_overload_is_told_as_any_other_error(server: Server):
    with ExitStack() as connections:
        # All are open before the first is asked for anything, so that the requests come at once.
        clients = [connections.enter_context(Connection(server, seconds=30)) for _ in range(8)]
        for number, client in enumerate(clients):
            client.send(failed(f"a{number}@example.com"))
        answers = [client.answer() for client in clients]
    refused = [answer for answer in answers if answer.status == 503]
    assert refused
    assert {answer.status for answer in answers} == {400, 503}
    for answer in refused:
        assert assert_shape(answer)["reason"] == "UNAVAILABLE"
        assert int(answer.value("Retry-After")) >= 1
        assert_common(answer, is_readable=True)


def test_too_many_attempts_are_told_as_any_other_error(launch: Callable[..., Server], authority: Authority):
    settings = authority.server_settings | {"LATCHKEY_TLS_HSTS": "1d"}
    server = launch("--dev", settings=settings, root=authority.root)
    answer = exchange(server, failed("nobody@example.com"))
    while answer.status == 400:
        answer = exchange(server, failed("nobody@example.com"))
    assert answer.status == 429
    assert assert_shape(answer)["reason"] == "TOO_MANY_ATTEMPTS"
    assert int(answer.value("Retry-After")) >= 1
    assert_common(answer, is_readable=True)
