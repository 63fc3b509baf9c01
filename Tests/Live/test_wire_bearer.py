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


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_known_in_any_letters(scheme: str, server: Server, token: str):
    assert exchange(server, request("GET", STATUS, {"Authorization": f"{scheme} {token}"})).status == 200


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


def altered(token: str) -> dict[str, str]:
    last = "1" if token[-1] == "0" else "0"
    return {
        "one digit off": token[:-1] + last,
        "one digit short": token[:-1],
        "one digit more": token + "0",
        "only the secret": token.rsplit("|", 1)[1],
        "without its prefix": token.removeprefix("bus|"),
        "another prefix": token.replace("bus", "car"),
        "capital prefix": token.replace("bus", "BUS"),
        "percent-encoded": token.replace("|", "%7C"),
        "a tab within": token.replace("|", "|\t"),
        "an older sample of the manual": "1670035114445x631333625381113500",
        "the manual's sample": "bus|4242424242424x424242424242424242|4343434343434x434343434343434343",
        "SQL": "' OR 1=1--",
        "quoted": f'"{token}"',
        "twice": f"{token}, {token}",
    }


@pytest.mark.parametrize("case", altered("bus|0|0"))
@pytest.mark.parametrize(("method", "path"), [("GET", STATUS), ("POST", STATUS), ("POST", REVOKE)])
def test_anything_but_the_token_is_refused(case: str, method: str, path: str, server: Server, token: str):
    wrong = altered(token)[case]
    assert_unauthorized(present(server, wrong, method, path), wrong)
    assert opens(server, token)


def test_digits_of_another_script_are_no_digits(server: Server, token: str):
    arabic = token.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)}).encode()
    data = request("GET", STATUS).removesuffix(b"\r\n") + b"Authorization: Bearer " + arabic + b"\r\n\r\n"
    assert exchange(server, data).status == 401


def test_credentials_are_no_token(server: Server, resident: Account):
    headers = {"Authorization": basic(resident.email, resident.password)}
    assert exchange(server, request("GET", STATUS, headers)).status == 401


def test_two_tokens_are_no_token(server: Server, token: str):
    field = ("Authorization", f"Bearer {token}")
    assert_unauthorized(exchange(server, request("GET", STATUS, [field, field])), token)


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
