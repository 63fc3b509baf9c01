"""`/api-token-status` and `/api-token-revoke` on the wire: what a bearer of a token learns and may do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from rig.answers import assert_error, assert_guarded, assert_readable_anywhere, compact
from rig.bodies import basic
from rig.commands import Account, Commands
from rig.server import BASE_PATH, Server
from rig.tokens import generate, opens, token_in
from rig.wire import Answer, exchange, request

STATUS = BASE_PATH + "/api-token-status"
REVOKE = BASE_PATH + "/api-token-revoke"
YEAR = 31536000
REVOKED = b'{"status":"success","response":{"revoked":true}}'


@pytest.fixture(scope="module")
def token(server: Server, resident: Account) -> str:
    """A live token, for tests that must not end it."""
    return generate(server, resident.email, resident.password)


def present(server: Server, token: str, method: str = "GET", path: str = STATUS) -> Answer:
    return exchange(server, request(method, path, {"Authorization": f"Bearer {token}"}))


def assert_unauthorized(answer: Answer, token: str = "") -> None:
    assert_error(answer, 401, "UNAUTHORIZED")
    assert_readable_anywhere(answer)
    challenge = answer.value("WWW-Authenticate")
    assert challenge.startswith("Bearer")
    assert ('error="invalid_token"' in challenge) == bool(token)
    assert not token or token.encode() not in answer.body


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_status_tells_the_bearer_whose_token_it_is_and_when_to_renew_it(
    method: str, server: Server, account: Account
):
    answer = present(server, generate(server, account.email, account.password), method)
    assert answer.status == 200
    assert_guarded(answer)
    assert_readable_anywhere(answer)
    assert answer.body == compact(answer.object)
    status = answer.object
    assert list(status) == ["status", "response"]
    assert status["status"] == "success"
    response = status["response"]
    names = ["user_id", "email", "account_type", "issued_at", "expires_at", "expires", "renew_after"]
    assert list(response) == names
    assert (response["user_id"], response["email"]) == (account.user_id, account.email)
    assert response["account_type"] == "user"
    assert YEAR - 60 < response["expires"] <= YEAR
    times = [response[name] for name in ("issued_at", "renew_after", "expires_at")]
    assert all(time.endswith("Z") for time in times)
    issued, renew, expires = map(datetime.fromisoformat, times)
    assert expires - issued == timedelta(seconds=YEAR)
    assert abs((renew - issued) - timedelta(seconds=YEAR) * 2 / 3) <= timedelta(seconds=1)


def test_a_service_account_is_told_apart(server: Server, account: Account, commands: Commands):
    email = f"robot-of-{account.email}"
    purpose = ("--owner", account.email, "--purpose", "nightly import")
    outcome = commands.run(
        "service-account", "add", email, *purpose, "--password-stdin", stdin="correct horse battery nightly"
    )
    assert outcome.code == 0, outcome
    answer = present(server, generate(server, email, "correct horse battery nightly"))
    assert answer.object["response"]["account_type"] == "service"


def test_a_revoked_token_is_refused_from_the_next_request_on(server: Server, account: Account):
    token = generate(server, account.email, account.password)
    answer = present(server, token, "POST", REVOKE)
    assert (answer.status, answer.body) == (200, REVOKED)
    assert_guarded(answer)
    assert_readable_anywhere(answer)
    assert_unauthorized(present(server, token), token)
    assert_unauthorized(present(server, token, "POST", REVOKE), token)


def test_an_older_token_cannot_revoke_the_newer_one(server: Server, account: Account):
    older, newer = (generate(server, account.email, account.password) for _ in range(2))
    assert_unauthorized(present(server, older, "POST", REVOKE), older)
    assert opens(server, newer)


def test_after_a_revocation_a_new_token_is_made_as_ever(server: Server, account: Account):
    assert present(server, generate(server, account.email, account.password), "POST", REVOKE).status == 200
    assert opens(server, generate(server, account.email, account.password))


@pytest.mark.parametrize(("method", "path"), [("GET", STATUS), ("POST", STATUS), ("POST", REVOKE)])
def test_without_a_token_the_challenge_names_no_error(method: str, path: str, server: Server):
    assert_unauthorized(exchange(server, request(method, path)))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api-token-status"),
        ("POST", "/api-token-status"),
        ("POST", "/api-token-revoke"),
        ("POST", "/api-token-generate"),
        ("GET", "/api-basic-auth"),
        ("POST", "/api-basic-auth"),
    ],
)
def test_a_token_in_the_query_is_refused(method: str, path: str, server: Server, token: str):
    for query in (f"access_token={token}", f"a=b&access_token={token}", "access_token", "access%5Ftoken=x"):
        target = f"{BASE_PATH}{path}?{query}"
        answer = exchange(server, request(method, target, {"Authorization": f"Bearer {token}"}))
        assert_error(answer, 400, "INVALID_DATA")
        assert token.encode() not in answer.body


def test_of_tokens_made_at_once_one_lives(server: Server, account: Account):
    headers = {"Authorization": basic(account.email, account.password)}
    data = request("POST", BASE_PATH + "/api-basic-auth", headers)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: exchange(server, data), range(32)))
    assert {answer.status for answer in answers} == {200}
    tokens = [token_in(answer.body) for answer in answers]
    assert len(set(tokens)) == 32
    assert sum(opens(server, token) for token in tokens) == 1
