"""`/api-token-generate` on the wire: every form of body that clients send, and every one that is refused."""

import pytest

from rig.answers import assert_error, assert_guarded, assert_readable_anywhere
from rig.bodies import JSON, MULTIPART, URL_ENCODED, chunked, json_object, multipart, url_encoded
from rig.commands import Account, Commands
from rig.server import BASE_PATH, Server
from rig.tokens import WRONG_CREDENTIALS, opens, token_in
from rig.wire import Answer, exchange, request

PATH = BASE_PATH + "/api-token-generate"


def post(server: Server, content_type: str, body: bytes) -> Answer:
    return exchange(server, request("POST", PATH, {"Content-Type": content_type}, body))


FORMS = {
    "multipart": lambda e, p: (MULTIPART, multipart(("email", e), ("password", p))),
    "multipart, password first": lambda e, p: (MULTIPART, multipart(("password", p), ("email", e))),
    "multipart, quoted boundary": lambda e, p: (
        'multipart/form-data; boundary="----latchkey"',
        multipart(("email", e), ("password", p)),
    ),
    "multipart, type in other letters": lambda e, p: (
        "Multipart/Form-Data; Boundary=----latchkey",
        multipart(("email", e), ("password", p)),
    ),
    "multipart, unknown field": lambda e, p: (MULTIPART, multipart(("email", e), ("remember", "1"), ("password", p))),
    "multipart, preamble and epilogue": lambda e, p: (
        MULTIPART,
        b"This is no part.\r\n" + multipart(("email", e), ("password", p)) + b"Nor is this.",
    ),
    "urlencoded": lambda e, p: (URL_ENCODED, url_encoded(("email", e), ("password", p))),
    "urlencoded, charset": lambda e, p: (f"{URL_ENCODED}; charset=UTF-8", url_encoded(("email", e), ("password", p))),
    "urlencoded, unknown field": lambda e, p: (
        URL_ENCODED,
        url_encoded(("a", ""), ("email", e), ("password", p), ("a", "")),
    ),
    "JSON": lambda e, p: (JSON, json_object(("email", e), ("password", p))),
    "JSON, unknown member": lambda e, p: (JSON, json_object(("x", {"email": [1]}), ("email", e), ("password", p))),
    "JSON, charset": lambda e, p: (f"{JSON}; charset=utf-8", json_object(("email", e), ("password", p))),
    "JSON under a urlencoded type": lambda e, p: (URL_ENCODED, json_object(("email", e), ("password", p))),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_body_makes_a_token(form: str, server: Server, resident: Account):
    answer = post(server, *FORMS[form](resident.email, resident.password))
    assert answer.status == 200, answer
    assert opens(server, token_in(answer.body))
    assert_guarded(answer)
    assert_readable_anywhere(answer)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_body_may_come_in_chunks_without_a_length(form: str, server: Server, resident: Account):
    content_type, body = FORMS[form](resident.email, resident.password)
    head = request("POST", PATH, {"Content-Type": content_type, "Transfer-Encoding": "chunked"})
    answer = exchange(server, head + chunked(body))
    assert answer.status == 200, answer
    assert opens(server, token_in(answer.body))


@pytest.mark.parametrize(
    "password",
    ["with \"quotes\" and 'more'", "a+b%20c&d=e;f #g", "päßwörd und Straße", "a 🔑 for every 🚪 there is"],
)
@pytest.mark.parametrize("form", ["multipart", "urlencoded", "JSON", "JSON under a urlencoded type"])
def test_a_password_of_any_characters_arrives_whole(password: str, form: str, server: Server, add_account):
    account = add_account(password)
    answer = post(server, *FORMS[form](account.email, account.password))
    assert opens(server, token_in(answer.body))


def test_a_value_may_hold_what_looks_like_a_boundary(server: Server, add_account):
    account = add_account("--latchkey ------latchke-- no end")
    answer = post(server, MULTIPART, multipart(("email", account.email), ("password", account.password)))
    token_in(answer.body)


def test_the_e_mail_address_is_one_whatever_its_case(server: Server, resident: Account):
    answer = post(server, URL_ENCODED, url_encoded(("email", resident.email.upper()), ("password", resident.password)))
    token_in(answer.body)


def test_each_token_ends_the_one_before(server: Server, account: Account):
    tokens = []
    for _ in range(3):
        answer = post(server, URL_ENCODED, url_encoded(("email", account.email), ("password", account.password)))
        tokens.append(token_in(answer.body))
        assert [opens(server, token) for token in tokens] == [False] * (len(tokens) - 1) + [True]


def test_refusals_of_an_account_are_alike_to_the_byte(
    server: Server, account: Account, add_account, commands: Commands
):
    disabled = add_account()
    assert commands.run("account", "disable", disabled.email).code == 0
    credentials = [
        (account.email, "wrong horse battery"),
        ("nobody@example.com", account.password),
        (disabled.email, disabled.password),
        ("no address at all", account.password),
        ("a@b@c", account.password),
        (account.email, "x"),
        (account.email, "x" * 1024),
    ]
    for email, password in credentials:
        answer = post(server, URL_ENCODED, url_encoded(("email", email), ("password", password)))
        assert (answer.status, answer.body) == (400, WRONG_CREDENTIALS.encode()), email
        assert_guarded(answer)
        assert_readable_anywhere(answer)
        assert sorted(name for name, _ in answer.headers) == sorted(
            name for name, _ in post(server, URL_ENCODED, b"email=nobody%40example.com&password=x").headers
        )


def test_a_failed_sign_in_leaves_the_live_token_alone(server: Server, account: Account):
    answer = post(server, URL_ENCODED, url_encoded(("email", account.email), ("password", account.password)))
    token = token_in(answer.body)
    for _ in range(3):
        assert post(server, URL_ENCODED, url_encoded(("email", account.email), ("password", "wrong"))).status == 400
    assert opens(server, token)


def both(*, email: str | bytes = "a@example.com", password: str | bytes = "abc") -> bytes:
    return multipart(("email", email), ("password", password))


def test_a_missing_boundary_says_what_to_do(server: Server):
    answer = post(server, "multipart/form-data", both())
    message = assert_error(answer, 400, "INVALID_DATA")
    assert message == "Content-Type has no boundary; let your HTTP client set it"
