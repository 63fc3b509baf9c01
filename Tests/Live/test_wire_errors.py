"""Paths and methods that are not there: one error shape, never a redirect."""

from collections.abc import Callable

import pytest

from rig.answers import assert_error, assert_readable_anywhere
from rig.server import BASE_PATH, Server
from rig.waiting import wait_until
from rig.wire import Answer, Connection, exchange, request

METHODS = {
    "/api-token-generate": {"POST"},
    "/api-basic-auth": {"GET", "POST"},
    "/api-token-status": {"GET", "POST"},
    "/api-token-revoke": {"POST"},
}
REFUSED = [
    (path, method)
    for path, allowed in METHODS.items()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
    if method not in allowed
]


def allowed_by(answer: Answer) -> set[str]:
    """The methods that `Allow` names; OPTIONS is answered everywhere and may be named."""
    return {method.strip() for method in answer.value("Allow").split(",")} - {"OPTIONS"}


@pytest.mark.parametrize(("path", "method"), REFUSED)
def test_a_method_that_a_path_does_not_take_is_answered_by_those_it_takes(path: str, method: str, server: Server):
    answer = exchange(server, request(method, BASE_PATH + path))
    assert_error(answer, 405, "METHOD_NOT_ALLOWED")
    assert_readable_anywhere(answer)
    assert allowed_by(answer) == METHODS[path]


@pytest.mark.parametrize("path", METHODS)
def test_head_is_no_method_of_the_api_and_has_no_body(path: str, server: Server):
    with Connection(server) as connection:
        connection.send(request("HEAD", BASE_PATH + path) + request("GET", "/health/alive"))
        answer = connection.answer(to_head=True)
        assert answer.status == 405
        assert allowed_by(answer) == METHODS[path]
        assert connection.answer().status == 200


@pytest.mark.parametrize("path", METHODS)
def test_an_options_request_that_is_no_preflight_names_the_methods(path: str, server: Server):
    answer = exchange(server, request("OPTIONS", BASE_PATH + path))
    assert (answer.status, answer.body) == (204, b"")
    assert allowed_by(answer) == METHODS[path]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/nothing",
        "/api-token-generate/",
        "/api-token-status/",
        "//api-token-status",
        "/API-token-status",
        "/api-token-status/more",
        "/api-token-statu%73",
        "/./api-token-status",
        "/x/../api-token-status",
        "/api-token-status;v=1",
        "/api-token-status%00",
        "/api-token-status%2f",
    ],
)
def test_another_path_is_not_found_and_never_a_redirect(path: str, method: str, server: Server):
    answer = exchange(server, request(method, BASE_PATH + path))
    assert_error(answer, 404, "NOT_FOUND")
    assert_readable_anywhere(answer)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api", "/api/1.1", "/api/1.1/wfx", "/health", "/health/ready/", "/favicon.ico"]
)
def test_a_path_outside_the_base_is_not_found_and_no_page_may_read_it(path: str, server: Server):
    answer = exchange(server, request("GET", path, {"Origin": "https://page.example"}))
    assert_error(answer, 404, "NOT_FOUND")
    assert answer.value("Access-Control-Allow-Origin") is None


def test_a_query_does_not_change_the_path(server: Server):
    answer = exchange(server, request("GET", BASE_PATH + "/api-token-status?x=1"))
    assert_error(answer, 401, "UNAUTHORIZED")


@pytest.mark.parametrize("path", ["/health/alive", "/health/ready"])
def test_health_is_told_to_anyone(path: str, server: Server):
    answer = exchange(server, request("GET", path))
    assert answer.status == 200
    assert answer.value("Cache-Control") == "no-store"


def test_what_a_client_got_wrong_is_no_error_of_the_log(launch: Callable[..., Server]):
    server = launch(settings={"LATCHKEY_LOG_LEVEL": "debug"})
    assert exchange(server, request("CONNECT", "/")).status == 501
    assert exchange(server, request("GET", "/").replace(b"HTTP/1.1", b"HTTP/2.0")).status == 505
    wait_until(lambda: "status=505" in server.log.read_text(), 10, "the log tells of it")
    lines = [line for line in server.log.read_text().splitlines() if "status=50" in line]
    assert len(lines) == 2
    assert not [line for line in lines if line.split()[1] == "error"]
