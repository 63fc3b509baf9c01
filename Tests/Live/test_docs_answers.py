"""The developer centre: every answer and every configuration of its pages is the one a reader gets."""

import json
from collections.abc import Callable

import pytest
import requests

from rig.guarded import EXAMPLES
from rig.pages import Sample
from rig.reader import EMAIL, PASSWORD, SAMPLES, Reader, get, is_program, place
from rig.server import BASE_PATH
from rig.tokens import REQUEST_SECONDS

# Answers: each JSON of a page against the server's own.


def sign_in(reader: Reader, password: str = PASSWORD) -> requests.Response:
    fields = {"email": (None, EMAIL), "password": (None, password)}
    return requests.post(f"{reader.server.base}/api-token-generate", files=fields, timeout=REQUEST_SECONDS)


def by_basic(reader: Reader, password: str = PASSWORD) -> requests.Response:
    return requests.post(f"{reader.server.base}/api-basic-auth", auth=(EMAIL, password), timeout=REQUEST_SECONDS)


def with_token(reader: Reader, method: str, name: str, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token or reader.variables['TOKEN']}"}
    return requests.request(method, f"{reader.server.base}/{name}", headers=headers, timeout=REQUEST_SECONDS)


def granted(reader: Reader, password: str | None = None) -> requests.Response:
    pair = ("invoices@robots.example.com", password or reader.variables["PASSWORD"])
    form = {"grant_type": "client_credentials"}
    return requests.post(f"{reader.server.url}/oauth2/token", auth=pair, data=form, timeout=REQUEST_SECONDS)


def introspected(reader: Reader, digit: str = "") -> requests.Response:
    token = reader.variables["TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    form = {"token": token.removesuffix(token[-1]) + (digit or token[-1])}
    return requests.post(f"{reader.server.url}/oauth2/introspect", headers=headers, data=form, timeout=REQUEST_SECONDS)


def another_digit(reader: Reader) -> str:
    return "1" if reader.variables["TOKEN"][-1] == "0" else "0"


ANSWERS: dict[tuple[str, str], Callable[[Reader], requests.Response]] = {
    ("generate-a-token#answer", "200"): sign_in,
    ("generate-a-token#answer", "400"): lambda reader: sign_in(reader, "not this one"),
    ("basic-auth#answer", "200"): by_basic,
    ("basic-auth#answer", "400"): lambda reader: by_basic(reader, "not this one"),
    ("status-and-revocation#ask-about-a-token", "200"): lambda reader: with_token(reader, "GET", "api-token-status"),
    ("status-and-revocation#ask-about-a-token", "401"): lambda reader: with_token(
        reader, "GET", "api-token-status", "bus"
    ),
    ("status-and-revocation#revoke-a-token", "200"): lambda reader: with_token(reader, "POST", "api-token-revoke"),
    ("oauth-clients#client-credentials", "200"): granted,
    ("oauth-clients#introspection", "live"): introspected,
    ("oauth-clients#introspection", "not live"): lambda reader: introspected(reader, another_digit(reader)),
    ("oauth-clients#refusals", "401"): lambda reader: granted(reader, "not this one"),
    ("errors#refusals-you-will-meet", "400 credentials"): lambda reader: sign_in(reader, "not this one"),
    ("errors#refusals-you-will-meet", "400 missing"): lambda reader: requests.post(
        f"{reader.server.base}/api-token-generate", data={"email": EMAIL}, timeout=REQUEST_SECONDS
    ),
    ("errors#refusals-you-will-meet", "400 invalid"): lambda reader: requests.post(
        f"{reader.server.base}/api-token-generate",
        headers={"Content-Type": "multipart/form-data"},
        data=b"x",
        timeout=REQUEST_SECONDS,
    ),
    ("errors#refusals-you-will-meet", "401"): lambda reader: get(reader.server, f"{BASE_PATH}/api-token-status"),
    ("errors#refusals-you-will-meet", "403"): lambda reader: get(
        reader.server, f"{BASE_PATH}/api-basic-auth", headers={"Sec-Fetch-Mode": "navigate"}
    ),
    ("errors#refusals-you-will-meet", "404"): lambda reader: get(reader.server, "/nothing"),
    ("errors#refusals-you-will-meet", "405"): lambda reader: get(reader.server, f"{BASE_PATH}/api-token-revoke"),
    ("errors#refusals-you-will-meet", "415"): lambda reader: requests.post(
        f"{reader.server.base}/api-token-generate",
        headers={"Content-Type": "text/plain"},
        data=b"x",
        timeout=REQUEST_SECONDS,
    ),
}
# These take a flood or a failing store; the Swift tests compare them with what is answered then.
PROVOKED_ELSEWHERE = [("errors#refusals-you-will-meet", "429"), ("errors#refusals-you-will-meet", "503")]
JSON_SAMPLES = [
    each for each in SAMPLES if each.language == "json" and (place(each), each.title) not in PROVOKED_ELSEWHERE
]
# Of an account, a token or an instant: these differ from answer to answer.
PERSONAL = {
    "token", "access_token", "user_id", "sub", "issued_at", "expires_at", "expires", "renew_after", "iat", "exp", "iss",
    "role",
}  # fmt: skip


@pytest.mark.parametrize("sample", JSON_SAMPLES, ids=lambda sample: sample.name)
def test_an_answer_is_as_the_page_shows_it(sample: Sample, reader: Reader):
    answer = ANSWERS[place(sample), sample.title](reader)
    if sample.title[:3].isdigit():
        assert answer.status_code == int(sample.title[:3])
    assert general(answer.json()) == general(json.loads(reader.served(sample)))


def general(value: object, name: str = "") -> object:
    if isinstance(value, dict):
        return [(key, general(member, key)) for key, member in value.items()]
    return type(value).__name__ if name in PERSONAL else value


# Configurations: the pages show the files of Examples, which other tests run behind real proxies.

CONFIGURATIONS = {
    "nginx": "nginx/nginx.conf",
    "caddy": "caddy/Caddyfile",
    "haproxy": "haproxy/haproxy.cfg",
    "lua": "haproxy/latchkey.lua",
}


@pytest.mark.parametrize("language", CONFIGURATIONS)
def test_a_configuration_is_the_example_that_is_run(language: str, reader: Reader):
    [sample] = [each for each in SAMPLES if each.language == language]
    assert reader.served(sample) == (EXAMPLES / CONFIGURATIONS[language]).read_text()


def test_nothing_on_a_page_is_left_out_here():
    claimed = {"http", "json", *CONFIGURATIONS}
    assert {each.language for each in SAMPLES if not is_program(each)} == claimed
    answers = {(place(each), each.title) for each in SAMPLES if each.language == "json"}
    assert answers == {*ANSWERS, *PROVOKED_ELSEWHERE}
