"""The developer centre: every program of every page, run as a reader finds it."""

import re
from pathlib import Path

import pytest

from rig.commands import Commands
from rig.pages import Sample
from rig.reader import EMAIL, PASSWORD, SAMPLES, TOKEN, Reader, get, is_program, place
from rig.samples import run_program
from rig.server import BASE_PATH, Server
from rig.tokens import generate, opens, status

LANGUAGES = {"cURL", "Node.js", "JavaScript", "Ruby", "Python"}

# What the programs below each heading print, and what is true then.


def a_new_token(reader: Reader, printed: str) -> None:
    token = TOKEN.search(printed)
    assert token, printed
    assert opens(reader.server, token.group())
    assert not opens(reader.server, reader.variables["TOKEN"])


def a_service_token(reader: Reader, printed: str) -> None:
    token = TOKEN.search(printed)
    assert token, printed
    owner = status(reader.server, token.group()).json()["response"]
    assert (owner["email"], owner["account_type"]) == ("invoices@robots.example.com", "service")
    assert opens(reader.server, reader.variables["TOKEN"])


def whose_it_is(_: Reader, printed: str) -> None:
    assert EMAIL in printed
    assert "renew_after" in printed


def an_instant(_: Reader, printed: str) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\s*", printed), printed


def revoked(reader: Reader, printed: str) -> None:
    assert re.search(r"revoked\W+true", printed), printed
    assert not opens(reader.server, reader.variables["TOKEN"])


def revoked_with_200(reader: Reader, printed: str) -> None:
    assert re.search(r"\b200\b", printed), printed
    assert not opens(reader.server, reader.variables["TOKEN"])


def revoked_by_operator(reader: Reader, _: str) -> None:
    assert not opens(reader.server, reader.variables["TOKEN"])


def live(_: Reader, printed: str) -> None:
    assert re.search(r"active\W+true", printed), printed
    assert EMAIL in printed


def a_refusal(_: Reader, printed: str) -> None:
    assert re.search(r"\b400\b", printed), printed
    assert "INVALID_LOGIN_CREDENTIALS" in printed


def a_pass(_: Reader, printed: str) -> None:
    assert re.fullmatch(rf"200 {EMAIL}\s*", printed), printed


def the_pair_in_base64(_: Reader, printed: str) -> None:
    assert printed == "ZXhhbXBsZUBwZXJzb25yLmNvOmV4YW1wbGUxMjM=\n"


def a_token_file(reader: Reader, _: str) -> None:
    assert opens(reader.server, (reader.directory / "token.txt").read_text())


def an_overlap(reader: Reader, _: str) -> None:
    generate(reader.server, EMAIL, PASSWORD)
    assert opens(reader.server, reader.variables["TOKEN"])
    off = "latchkey account overlap example@personr.co off"
    run_program("sh", off, reader.directory, reader.variables)
    assert not opens(reader.server, reader.variables["TOKEN"])


def an_account_looked_after(_: Reader, printed: str) -> None:
    assert "sends the invoices" in printed


def a_header_that_opens(reader: Reader, printed: str) -> None:
    name, value = printed.strip().replace("YOUR_TOKEN", reader.variables["TOKEN"]).split(": ")
    answer = get(reader.server, f"{BASE_PATH}/api-token-status", headers={name: value})
    assert answer.status_code == 200, answer.text


PRINTS = {
    "index#one-minute-to-the-first-call": whose_it_is,
    "generate-a-token#request": a_new_token,
    "basic-auth#request": a_new_token,
    "renew-a-token#when": an_instant,
    "status-and-revocation#ask-about-a-token": whose_it_is,
    "status-and-revocation#revoke-a-token": revoked,
    "service-accounts#sign-in-as-it": a_service_token,
    "oauth-clients#client-credentials": a_service_token,
    "oauth-clients#introspection": live,
    "oauth-clients#revocation": revoked_with_200,
    "errors#read-a-refusal": a_refusal,
    "guard-an-api#ask-without-a-proxy": a_pass,
}
# Of pieces that stand alone.
DOES = {
    "basic-auth#request": the_pair_in_base64,
    "renew-a-token#without-a-line-of-code": a_token_file,
    "renew-a-token#without-a-gap": an_overlap,
    "status-and-revocation#someone-else-s-token": revoked_by_operator,
    "service-accounts#look-after-it": an_account_looked_after,
}


# The one that makes the account runs once, for the others.
MAKES_THE_ACCOUNT = "service-accounts#make-one"
PROGRAMS = [each for each in SAMPLES if is_program(each) and place(each) != MAKES_THE_ACCOUNT]


@pytest.mark.parametrize("sample", PROGRAMS, ids=lambda sample: sample.name)
def test_a_program_does_what_the_page_says(sample: Sample, reader: Reader):
    check = (PRINTS if sample.title else DOES)[place(sample)]
    check(reader, reader.run(sample))


def test_every_request_is_there_in_every_language():
    for where in PRINTS:
        titles = {each.title for each in SAMPLES if place(each) == where and each.title and is_program(each)}
        assert titles >= LANGUAGES, where


def test_the_service_account_is_made_as_the_page_says(service_password: str, docs_server: Server, binary: Path):
    shown = Commands(binary, docs_server.data).run("account", "show", "invoices@robots.example.com", "--output", "json")
    assert shown.object["purpose"] == "sends the invoices"
    assert shown.object["scopes"] == ["invoices.read", "invoices.send"]
    assert len(service_password) >= 20


def test_the_header_of_the_page_opens(reader: Reader):
    [sample] = [each for each in SAMPLES if each.language == "http"]
    a_header_that_opens(reader, reader.served(sample))
