"""What a browser asks and is told about pages of another origin."""

import pytest

from rig.answers import assert_error, assert_readable_anywhere
from rig.bodies import URL_ENCODED, basic, url_encoded
from rig.commands import Account
from rig.server import BASE_PATH, Server
from rig.tokens import token_in
from rig.wire import Answer, exchange, request

GENERATE, BASIC = BASE_PATH + "/api-token-generate", BASE_PATH + "/api-basic-auth"
ENDPOINTS = ["/api-token-generate", "/api-basic-auth", "/api-token-status", "/api-token-revoke"]
PAGE = "https://page.example"


def preflight(server: Server, target: str, origin: str = PAGE, method: str = "POST") -> Answer:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return exchange(server, request("OPTIONS", target, headers))


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_preflight_is_allowed_what_the_api_takes_and_no_more(path: str, server: Server):
    answer = preflight(server, BASE_PATH + path)
    assert answer.status in (200, 204)
    assert answer.body == b""
    cors = {name.lower(): value for name, value in answer.headers if name.lower().startswith("access-control-")}
    cors.pop("access-control-expose-headers", None)
    assert cors == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize("origin", [PAGE, "null", "http://127.0.0.1:3000"])
def test_any_page_may_read_success_and_refusal_alike(origin: str, server: Server, account: Account):
    for password, status in ((account.password, 200), ("wrong horse battery", 400)):
        headers = {"Origin": origin, "Content-Type": URL_ENCODED}
        body = url_encoded(("email", account.email), ("password", password))
        answer = exchange(server, request("POST", GENERATE, headers, body))
        assert answer.status == status
        assert_readable_anywhere(answer)


def test_health_is_not_for_pages_of_another_origin(server: Server):
    answer = exchange(server, request("GET", "/health/alive", {"Origin": PAGE}))
    assert answer.status == 200
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


def test_listed_origins_alone_may_read_when_the_operator_lists_them(launch):
    server = launch("--dev", settings={"LATCHKEY_CORS_ORIGINS": f"{PAGE},https://other.example"})
    credentials = basic("example@personr.co", "example123")
    for origin, allowed in ((PAGE, PAGE), ("https://other.example", "https://other.example"), (PAGE + ".evil", None)):
        answer = exchange(server, request("GET", BASIC, {"Origin": origin, "Authorization": credentials}))
        token_in(answer.body)
        assert answer.value("Access-Control-Allow-Origin") == allowed
        assert "origin" in answer.value("Vary").lower()
        assert preflight(server, BASIC, origin).value("Access-Control-Allow-Origin") == allowed


@pytest.mark.parametrize("mode", ["navigate"])
def test_a_page_cannot_send_the_browser_to_a_sign_in(mode: str, server: Server, account: Account):
    headers = {
        "Authorization": basic(account.email, account.password),
        "Sec-Fetch-Mode": mode,
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Site": "cross-site",
    }
    assert_error(exchange(server, request("GET", BASIC, headers)), 403, "FORBIDDEN")
