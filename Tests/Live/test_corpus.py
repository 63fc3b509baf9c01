"""Every input of the corpus over a raw socket: its answer, the connection's end, and that the next one is served."""

import re

import pytest

from corpus import EMAIL, PASSWORD, Case, basic, bearer, framing, json_bodies, multipart
from rig.answers import assert_error, assert_guarded, assert_readable_anywhere
from rig.commands import Account, Commands
from rig.server import Server
from rig.tokens import generate, opens, token_in
from rig.waiting import LATE, wait_until
from rig.wire import Answer, Connection, exchange, request

ALIVE = request("GET", "/health/alive")


@pytest.fixture(scope="module")
def holder(commands: Commands) -> Account:
    return commands.add_account(EMAIL, PASSWORD)


@pytest.fixture(scope="module")
def tokens(server: Server, commands: Commands) -> dict[bytes, bytes]:
    """What the placeholders of the bearer cases stand for, each of an account of its own."""
    password = "correct horse battery tokens"
    accounts = [commands.add_account(f"{name}@corpus.example.com", password) for name in ("live", "expired", "revoked")]
    live, revoked = (generate(server, account.email, password) for account in (accounts[0], accounts[2]))
    headers = {"Authorization": f"Bearer {revoked}"}
    assert exchange(server, request("POST", bearer.STATUS.replace("status", "revoke"), headers)).status == 200
    shortly = Commands(commands.binary, commands.data, {"LATCHKEY_TOKENS_LIFETIME": "1s"})
    expired = shortly.run("token", "generate", accounts[1].email).stdout.strip()
    wait_until(lambda: not opens(server, expired), 10, "the token has expired")
    values = {
        bearer.LIVE: live,
        bearer.EXPIRED: expired,
        bearer.REVOKED: revoked,
        bearer.OFF: live[:-1] + ("1" if live[-1] == "0" else "0"),
        bearer.SHORT: live[:-1],
        bearer.TAB: live.replace("|", "|\t"),
        bearer.ENCODED: live.replace("|", "%7C"),
        bearer.ARABIC: live.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)}),
    }
    return {name.encode(): value.encode() for name, value in values.items()}


def check(case: Case, server: Server, data: bytes) -> Answer:
    with Connection(server, seconds=case.seconds + LATE) as connection:
        connection.send(data)
        if case.closes:
            connection.end()
        answer = connection.answer()
        if case.reason is None:
            assert answer.status == case.status, answer
            assert_guarded(answer)
        else:
            assert_error(answer, case.status, case.reason)
        assert (answer.value("Connection") != "close") == case.stays
        if case.stays:
            connection.send(ALIVE)
            assert connection.answer().status == 200
        else:
            assert connection.is_closed_by_server
            assert exchange(server, ALIVE).status == 200
    return answer


@pytest.mark.parametrize("name", framing.CASES)
def test_framing(name: str, server: Server):
    case = framing.CASES[name]
    check(case, server, case.request)


@pytest.mark.parametrize("name", multipart.CASES | json_bodies.CASES)
def test_bodies(name: str, server: Server, holder: Account):
    case = (multipart.CASES | json_bodies.CASES)[name]
    answer = check(case, server, case.request)
    assert_readable_anywhere(answer)
    assert case.reason != "MISSING_DATA" or re.search("email|password", answer.object["message"])
    if case.status == 200:
        token_in(answer.body)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", basic.CASES)
def test_basic_credentials(name: str, method: str, server: Server, holder: Account):
    case = basic.CASES[name]
    answer = check(case, server, case.request.replace(b"GET", method.encode(), 1))
    assert answer.value("WWW-Authenticate") is None
    if case.status == 200:
        token_in(answer.body)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", bearer.STATUS), ("POST", bearer.STATUS), ("POST", bearer.STATUS.replace("status", "revoke"))],
)
@pytest.mark.parametrize("name", [name for name, case in bearer.CASES.items() if case.status != 200])
def test_tokens_that_open_nothing(name: str, method: str, path: str, server: Server, tokens: dict[bytes, bytes]):
    case = bearer.CASES[name]
    data = filled(case.request, tokens).replace(b"GET " + bearer.STATUS.encode(), f"{method} {path}".encode(), 1)
    answer = check(case, server, data)
    if case.status == 401:
        challenge = answer.value("WWW-Authenticate")
        assert challenge == ('Bearer error="invalid_token"' if b"n: Bearer" in data else "Bearer")
    assert all(token not in answer.body for token in tokens.values())
    assert opens(server, tokens[bearer.LIVE.encode()].decode())


@pytest.mark.parametrize("name", [name for name, case in bearer.CASES.items() if case.status == 200])
def test_tokens_that_open(name: str, server: Server, tokens: dict[bytes, bytes]):
    case = bearer.CASES[name]
    answer = check(case, server, filled(case.request, tokens))
    assert answer.object["response"]["email"] == "live@corpus.example.com"


def filled(data: bytes, tokens: dict[bytes, bytes]) -> bytes:
    for name, value in tokens.items():
        data = data.replace(name, value)
    return data


def test_half_a_sign_in_changes_nothing(server: Server, account: Account):
    """F27: what came of the body would do."""
    token = generate(server, account.email, account.password)
    form = f"email={account.email}&password={account.password.replace(' ', '+')}&x=".encode()
    for half in (
        framing.post(b"Content-Length: %d" % (len(form) + 1), form),
        framing.post(framing.CHUNKED, b"%x\r\n" % len(form) + form + b"\r\n"),
    ):
        with Connection(server) as connection:
            connection.send(half)
        with Connection(server) as connection:
            connection.send(half)
            connection.end()
            assert connection.answer().status == 400
    assert opens(server, token)
