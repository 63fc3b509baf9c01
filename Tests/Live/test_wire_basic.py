"""`/api-basic-auth` on the wire: every way clients write the header, and every way that is refused."""

import pytest

from rig.answers import assert_error, assert_guarded, assert_readable_anywhere
from rig.bodies import basic
from rig.commands import Account
from rig.server import BASE_PATH, Server
from rig.tokens import WRONG_CREDENTIALS, generate, opens, token_in
from rig.wire import Answer, exchange, request

PATH = BASE_PATH + "/api-basic-auth"


def sign_in(server: Server, authorization: str, method: str = "GET", **headers: str) -> Answer:
    fields = {"Authorization": authorization} | {name.replace("_", "-"): value for name, value in headers.items()}
    return exchange(server, request(method, PATH, fields))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_methods_make_a_token(method: str, server: Server, account: Account):
    tokens = []
    for _ in range(2):
        answer = sign_in(server, basic(account.email, account.password), method)
        assert answer.status == 200, answer
        assert_guarded(answer)
        assert_readable_anywhere(answer)
        tokens.append(token_in(answer.body))
    assert [opens(server, token) for token in tokens] == [False, True]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b""),
        ("application/json", b""),
        ("application/x-www-form-urlencoded", b""),
        ("multipart/form-data", b"no boundary, no parts"),
        ("application/json", b"{"),
        ("text/xml", b"<email>nobody@example.com</email>"),
        ("nonsense", b"email=nobody%40example.com&password=x"),
    ],
)
def test_the_body_and_its_type_mean_nothing(
    method: str, content_type: str, body: bytes, server: Server, resident: Account
):
    headers = {"Authorization": basic(resident.email, resident.password), "Content-Type": content_type}
    token_in(exchange(server, request(method, PATH, headers, body)).body)


def test_an_empty_body_may_have_a_length_of_zero(server: Server, resident: Account):
    answer = sign_in(server, basic(resident.email, resident.password), "POST", Content_Length="0")
    token_in(answer.body)


@pytest.mark.parametrize(
    "password",
    ["colon:in:the:password", ":starts with one", "ends with two ::", "päßwörd wie früher", "mot de passe d'été"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_credentials_split_at_the_first_colon_in_utf_8_or_latin_1(
    password: str, encoding: str, server: Server, add_account
):
    account = add_account(password)
    token_in(sign_in(server, basic(account.email, account.password, encoding)).body)


def test_refusals_of_an_account_are_alike_to_the_byte_and_challenge_nobody(server: Server, resident: Account):
    credentials = [
        (resident.email, "wrong horse battery"),
        ("nobody@example.com", resident.password),
        ("username", "password"),
    ]
    for user, password in credentials:
        for method in ("GET", "POST"):
            answer = sign_in(server, basic(user, password), method)
            assert (answer.status, answer.body) == (400, WRONG_CREDENTIALS.encode())
            assert_guarded(answer)
            assert_readable_anywhere(answer)
            assert answer.value("WWW-Authenticate") is None


@pytest.mark.parametrize(
    ("name", "value", "status", "reason"),
    [
        ("Sec-Fetch-Mode", "navigate", 403, "FORBIDDEN"),
        ("Sec-Purpose", "prefetch", 403, "FORBIDDEN"),
        ("Sec-Purpose", "prefetch;prerender", 403, "FORBIDDEN"),
        ("Early-Data", "1", 425, "TOO_EARLY"),
    ],
)
def test_a_request_that_nobody_meant_makes_no_token(
    name: str, value: str, status: int, reason: str, server: Server, account: Account
):
    token = generate(server, account.email, account.password)
    headers = {"Authorization": basic(account.email, account.password), name: value}
    assert_error(exchange(server, request("GET", PATH, headers)), status, reason)
    assert opens(server, token)


def test_a_fetch_by_a_script_is_no_navigation(server: Server, resident: Account):
    answer = sign_in(server, basic(resident.email, resident.password), "POST", Sec_Fetch_Mode="cors")
    token_in(answer.body)


def test_a_head_request_makes_no_token(server: Server, account: Account):
    token = generate(server, account.email, account.password)
    headers = {"Authorization": basic(account.email, account.password)}
    answer = exchange(server, request("HEAD", PATH, headers), to_head=True)
    assert answer.status == 405
    assert opens(server, token)
