"""Our example configurations of nginx, Caddy and HAProxy, started for real with an API behind them."""

import http.client
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from rig.commands import Account, Commands
from rig.guarded import API, IDENTITY, PROXIES, api, example
from rig.server import Server, start_server
from rig.tokens import generate

PASSWORD = "correct horse battery staple"
FORGED = ["X-Latchkey-{}", "x-latchkey-{}", "X_Latchkey_{}", "X-Latchkey_{}", "X_LATCHKEY-{}"]


@dataclass
class Front:
    """A proxy in front of an API, the Latchkey it asks, and two service accounts of which one has the scope."""

    address: tuple[str, int]
    api: API
    server: Server
    commands: Commands
    reader: Account
    stranger: Account

    def call(
        self, headers: dict | list, method: str = "GET", path: str = "/orders", body: bytes = b""
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(*self.address, timeout=20)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def connections(self) -> int:
        """How many connections Latchkey has accepted on its port."""
        text = requests.get(self.server.metrics_url, timeout=10).text
        return int(re.search(r"^latchkey_connections_total (\d+)", text, re.MULTILINE)[1])


@pytest.fixture(scope="module")
def guarding(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    """A Latchkey with metrics, and its accounts."""
    settings = {"LATCHKEY_METRICS_PORT": "0", "LATCHKEY_SERVER_THREADS": "1"}
    server = start_server(binary, tmp_path_factory.mktemp("guarding"), settings=settings)
    yield server, *accounts(binary, server)
    assert server.stop() == 0


def accounts(binary: Path, server: Server) -> tuple[Commands, Account, Account]:
    commands = Commands(binary, server.data)
    commands.add_account("owner@example.com", PASSWORD)
    services = []
    for name, scopes in [("reader", ["orders.read", "orders.write"]), ("stranger", ["other"])]:
        outcome = commands.run(
            "service-account", "add", f"{name}@services.example.com", "--owner", "owner@example.com", "--purpose", name,
            *(word for scope in scopes for word in ("--scope", scope)), "--password-stdin", "--output", "json",
            stdin=PASSWORD,
        )  # fmt: skip
        assert outcome.code == 0, outcome
        services.append(Account(f"{name}@services.example.com", PASSWORD, outcome.object["user_id"]))
    return commands, *services


@pytest.fixture(scope="module", params=PROXIES)
def front(request: pytest.FixtureRequest, guarding: tuple, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    server = guarding[0]
    directory = tmp_path_factory.mktemp(request.param)
    with api() as behind, example(request.param, server.address, behind.port, directory) as address:
        yield Front(address, behind, *guarding)


@pytest.fixture
def token(front: Front) -> str:
    return generate(front.server, front.reader.email, PASSWORD)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"x" * 200_000), ("DELETE", b""), ("HEAD", b"")])
def test_a_live_token_passes_and_the_api_learns_whose_it_is(method: str, body: bytes, front: Front, token: str):
    answer = front.call(bearer(token), method, "/orders?scope=x&role=none", body)
    (call,) = front.api.take()
    assert answer.status == 200
    assert (call.method, call.path, call.body) == (method, "/orders?scope=x&role=none", body)
    identity = {name: call.values(f"X-Latchkey-{name}") for name in IDENTITY}
    (expires,) = identity.pop("Expires")
    assert 31_535_000 < int(expires) - time.time() <= 31_536_000
    assert identity == {
        "User": [front.reader.user_id],
        "Email": [front.reader.email],
        "Account-Type": ["service"],
        "Role": ["member"],
        "Scopes": ["orders.read orders.write"],
    }
    assert call.values("Authorization") == []


@pytest.mark.parametrize("spelling", FORGED)
def test_what_a_client_forges_never_reaches_the_api(spelling: str, front: Front, token: str):
    forged = [(spelling.format(name), "forged") for name in IDENTITY]
    assert front.call([*bearer(token).items(), *forged, *forged]).status == 200
    (call,) = front.api.take()
    for name in IDENTITY:
        assert len(call.values(f"X-Latchkey-{name}")) == 1
        assert "forged" not in call.values(f"X-Latchkey-{name}")


def test_an_empty_field_overwrites_a_forged_one(front: Front):
    account = front.commands.run("account", "show", "owner@example.com", "--output", "json").object
    token = generate(front.server, "owner@example.com", PASSWORD)
    headers = bearer(token) | {"X-Latchkey-Scopes": "forged"}
    assert front.call(headers).status == 200, "a person's token is not limited to scopes"
    (call,) = front.api.take()
    assert call.values("X-Latchkey-User") == [account["user_id"]]
    assert call.values("X-Latchkey-Scopes") in ([], [""])


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer x")],
        [("Authorization", "Basic dTpw")],
        [("Authorization", "Bearer bus|4242424242424x424242424242424242|4343434343434x434343434343434343")],
        [("X-Latchkey-User", "forged"), ("X-Original-Method", "OPTIONS"), ("X-Forwarded-Method", "OPTIONS")],
    ],
)
def test_without_a_live_token_nothing_passes(headers: list, front: Front):
    answer = front.call(headers)
    assert answer.status == 401
    assert front.api.take() == []


def test_of_two_tokens_none_counts(front: Front, token: str):
    # nginx passes on both; others may refuse the request themselves.
    answer = front.call([("Authorization", "Bearer x"), *bearer(token).items()])
    assert answer.status in (400, 401)
    assert front.api.take() == []


def test_a_token_without_the_scope_is_403(front: Front):
    stranger = generate(front.server, front.stranger.email, PASSWORD)
    assert front.call(bearer(stranger)).status == 403
    assert front.api.take() == []


def test_a_preflight_is_refused_unless_that_is_set(front: Front):
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT"}
    assert front.call(headers, "OPTIONS").status == 401
    assert front.api.take() == []


def test_a_revoked_token_is_refused_by_the_next_request(front: Front):
    token = generate(front.server, front.reader.email, PASSWORD)
    connection = http.client.HTTPConnection(*front.address, timeout=20)
    statuses = []
    for end in (False, True, False):
        if end:
            assert front.commands.run("token", "revoke", front.reader.email).code == 0
        connection.request("GET", "/orders", headers=bearer(token))
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    assert statuses == [200, 401, 401]
    assert len(front.api.take()) == 1


def test_the_proxy_keeps_its_connections_to_latchkey(front: Front):
    token = generate(front.server, front.reader.email, PASSWORD)
    assert front.call(bearer(token)).status == 200
    before = front.connections()
    for _ in range(40):
        assert front.call(bearer(token)).status == 200
    # Beside a few more of the proxy's there are those that ask for the number itself.
    assert front.connections() - before < 10
    front.api.take()


@pytest.mark.parametrize("kind", PROXIES)
def test_without_latchkey_nothing_passes(kind: str, binary: Path, launch: Callable[..., Server], tmp_path: Path):
    server = launch()
    commands, reader, stranger = accounts(binary, server)
    token = generate(server, reader.email, PASSWORD)
    with api() as behind, example(kind, server.address, behind.port, tmp_path) as address:
        front = Front(address, behind, server, commands, reader, stranger)
        assert front.call(bearer(token)).status == 200
        assert len(front.api.take()) == 1
        assert server.stop() == 0
        for headers in [bearer(token), {}]:
            assert front.call(headers).status >= 500
        assert front.api.take() == []


def test_a_script_that_breaks_lets_nothing_pass(guarding: tuple, tmp_path: Path):
    server, commands, reader, stranger = guarding
    planted = ("local answer = core", 'error("planted") local answer = core')
    with api() as behind, example("haproxy", server.address, behind.port, tmp_path, planted) as address:
        front = Front(address, behind, server, commands, reader, stranger)
        for headers in [bearer(generate(server, reader.email, PASSWORD)), {}]:
            assert front.call(headers).status == 503
        assert front.api.take() == []


@pytest.mark.parametrize("kind", PROXIES)
def test_a_preflight_passes_as_nobody_when_that_is_set(kind: str, launch: Callable[..., Server], tmp_path: Path):
    server = launch(settings={"LATCHKEY_GUARD_ALLOW_PREFLIGHT": "true"})
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT", "X-Latchkey-User": "forged"}
    with api() as behind, example(kind, server.address, behind.port, tmp_path) as address:
        connection = http.client.HTTPConnection(*address, timeout=20)
        for method, more, status in [
            ("OPTIONS", {}, 200),
            ("GET", {"X-Original-Method": "OPTIONS", "X-Forwarded-Method": "OPTIONS"}, 401),
            ("OPTIONS", {"Authorization": "Bearer x"}, 401),
        ]:
            connection.request(method, "/orders", headers=headers | more)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status, (method, more)
        connection.close()
        (call,) = behind.take()
        assert call.method == "OPTIONS"
        assert call.values("X-Latchkey-User") in ([], [""])


# Traefik and Envoy are no packages of Debian's: what they send is documented, and sent here.
TRAEFIK = {
    "X-Forwarded-Method": "PUT",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "api.example",
    "X-Forwarded-Uri": "/orders?scope=x",
    "X-Forwarded-For": "192.0.2.1",
    "User-Agent": "client/1",
}
ENVOY_PREFIX = "/guard/ext-authz?scope=orders.read&"


def test_traefiks_question_is_answered(guarding: tuple):
    server, _, reader, stranger = guarding
    address = f"{server.url}/guard/forward-auth?scope=orders.read"
    for account, status in [(reader, 200), (stranger, 403)]:
        headers = TRAEFIK | bearer(generate(server, account.email, PASSWORD))
        answer = requests.get(address, headers=headers, timeout=10)
        assert answer.status_code == status
        assert all(f"X-Latchkey-{name}" in answer.headers for name in IDENTITY) == (status == 200)
    assert requests.get(address, headers=TRAEFIK, timeout=10).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_envoys_question_is_answered(method: str, guarding: tuple):
    server, _, reader, stranger = guarding
    for account, status in [(reader, 200), (stranger, 403)]:
        headers = {"Content-Length": "0"} | bearer(generate(server, account.email, PASSWORD))
        for path in ["/orders?scope=x&role=none", "/", "//x/../y"]:
            connection = http.client.HTTPConnection(*server.address, timeout=10)
            connection.request(method, ENVOY_PREFIX + path, headers=headers)
            answer = connection.getresponse()
            assert answer.status == status
            if status == 200:
                assert answer.headers["X-Latchkey-User"] == account.user_id
            connection.close()
    assert requests.request(method, server.url + ENVOY_PREFIX + "/orders", timeout=10).status_code == 401
