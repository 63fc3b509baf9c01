"""The command line beside a running server: what a command changes holds for the server's very next answer."""

import re

import pytest

from rig.commands import Account, Commands
from rig.server import Server
from rig.tokens import WRONG_CREDENTIALS, generate, opens, sign_in, status

NEW_PASSWORD = "staple battery horse correct"
USER_ID = re.compile(r"\d{13}x\d{18}", re.ASCII)


def refuses(server: Server, email: str, password: str) -> bool:
    """Whether a sign-in is refused as one with wrong credentials is; any other refusal is an error."""
    answer = sign_in(server, email, password)
    assert answer.status_code in (200, 400), answer.text
    return answer.text == WRONG_CREDENTIALS


def test_what_a_command_revokes_is_refused_by_the_next_request(server: Server, commands: Commands, account: Account):
    for _ in range(10):
        token = generate(server, account.email, account.password)
        assert opens(server, token)
        assert commands.run("token", "revoke", account.email).code == 0
        assert not opens(server, token)


def test_a_token_made_by_a_command_ends_the_one_before(server: Server, commands: Commands, account: Account):
    older = generate(server, account.email, account.password)
    outcome = commands.run("token", "generate", account.email, "--output", "json")
    assert outcome.code == 0, outcome
    made = outcome.object
    assert made["user_id"] == account.user_id
    assert made["expires"] == 31536000
    assert opens(server, made["token"])
    assert not opens(server, older)


def test_a_token_for_a_person_is_all_that_stands_on_standard_output(
    server: Server, commands: Commands, account: Account
):
    outcome = commands.run("token", "generate", account.email)
    assert outcome.code == 0
    assert opens(server, outcome.stdout.removesuffix("\n"))
    assert outcome.stdout.strip() not in outcome.stderr


def test_the_state_of_a_token_is_told_by_the_exit_code(server: Server, commands: Commands, account: Account):
    assert commands.run("token", "status", account.email).code == 3
    token = generate(server, account.email, account.password)
    outcome = commands.run("token", "status", account.email, "--output", "json")
    assert outcome.code == 0
    assert token not in outcome.stdout
    told, served = outcome.object, status(server, token).json()["response"]
    for name in ("user_id", "email", "account_type", "issued_at", "expires_at", "renew_after"):
        assert told[name] == served[name]
    assert commands.run("token", "revoke", account.email).code == 0
    assert commands.run("token", "status", account.email).code == 3


def test_disabling_an_account_ends_its_token_and_refuses_its_password(
    server: Server, commands: Commands, account: Account
):
    token = generate(server, account.email, account.password)
    assert commands.run("account", "disable", account.email).code == 0
    assert not opens(server, token)
    assert refuses(server, account.email, account.password)
    assert commands.run("account", "enable", account.email).code == 0
    assert not opens(server, token)
    assert opens(server, generate(server, account.email, account.password))


def test_changing_a_password_ends_the_token_and_the_old_password(server: Server, commands: Commands, account: Account):
    token = generate(server, account.email, account.password)
    outcome = commands.run("account", "password", account.email, "--password-stdin", stdin=NEW_PASSWORD)
    assert outcome.code == 0, outcome
    assert not opens(server, token)
    assert refuses(server, account.email, account.password)
    assert opens(server, generate(server, account.email, NEW_PASSWORD))


def test_a_new_account_is_told_by_its_id_and_address(commands: Commands):
    outcome = commands.run(
        "account", "add", "Told@Example.COM", "--password-stdin", "--output", "json", stdin=NEW_PASSWORD
    )
    assert outcome.code == 0, outcome
    assert USER_ID.fullmatch(outcome.object["user_id"])
    assert outcome.object["email"].lower() == "told@example.com"
    assert NEW_PASSWORD not in outcome.stdout + outcome.stderr


def test_the_list_holds_what_show_prints(commands: Commands, account: Account):
    shown = commands.run("account", "show", account.email, "--output", "json").object
    listed = commands.run("account", "list", "--output", "json").object
    assert shown["user_id"] == account.user_id
    assert shown in listed


def test_one_line_end_is_no_part_of_a_password_and_a_second_one_is(server: Server, commands: Commands):
    adding = ("account", "add", "newline@example.com", "--password-stdin")
    assert commands.run(*adding, stdin=NEW_PASSWORD + "\n\n").code == 2
    assert commands.run(*adding, stdin=NEW_PASSWORD + "\n").code == 0
    assert opens(server, generate(server, "newline@example.com", NEW_PASSWORD))


def test_white_space_is_part_of_a_password(server: Server, commands: Commands):
    account = commands.add_account("spaces@example.com", f"  {NEW_PASSWORD}  ")
    assert refuses(server, account.email, NEW_PASSWORD)
    assert opens(server, generate(server, account.email, account.password))


def test_a_generated_password_is_printed_once_and_opens_the_account(server: Server, commands: Commands):
    outcome = commands.run("account", "add", "made@example.com", "--generate-password", "--output", "json")
    assert outcome.code == 0, outcome
    password = outcome.object["password"]
    assert len(password) >= 15
    assert password not in outcome.stderr
    assert opens(server, generate(server, "made@example.com", password))


def test_a_service_account_outlives_its_disabled_owner(server: Server, commands: Commands, account: Account):
    robot = f"robot-of-{account.email}"
    purpose = ("--owner", account.email, "--purpose", "nightly import")
    adding = ("service-account", "add", robot, *purpose, "--password-stdin", "--output", "json")
    outcome = commands.run(*adding, stdin=NEW_PASSWORD)
    assert outcome.code == 0, outcome
    token = generate(server, robot, NEW_PASSWORD)
    assert commands.run("account", "disable", account.email).code == 0
    assert opens(server, token)


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("account",),
        ("account", "add"),
        ("account", "add", "a@example.com", "--no-such-option"),
        ("account", "add", "a@example.com", "--password", "given as an argument"),
        ("token", "status", "a@example.com", "--output", "yaml"),
        ("serve", "--port", "http"),
        ("serve", "--port", "65536"),
        ("serve", "--dev", "--host", "0.0.0.0"),
    ],
)
def test_a_mistaken_command_ends_with_1(arguments: tuple[str, ...], commands: Commands):
    outcome = commands.run(*arguments)
    assert outcome.code == 1, outcome
    assert outcome.stdout == ""
    assert outcome.stderr.strip()


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("account", "show", "nobody@example.com"), ""),
        (("account", "disable", "nobody@example.com"), ""),
        (("token", "generate", "nobody@example.com"), ""),
        (("account", "add", "no address", "--password-stdin"), NEW_PASSWORD),
        (("account", "add", "tiny@example.com", "--password-stdin"), "tiny"),
        (("account", "add", "empty@example.com", "--password-stdin"), ""),
        (("account", "add", "repeated@example.com", "--password-stdin"), "abcabcabcabcabcabc"),
        (("account", "add", "from-the-address@example.com", "--password-stdin"), "from-the-address@example.com"),
    ],
)
def test_a_command_that_cannot_be_carried_out_ends_with_2(arguments: tuple[str, ...], stdin: str, commands: Commands):
    outcome = commands.run(*arguments, stdin=stdin)
    assert outcome.code == 2, outcome
    assert outcome.stdout == ""
    assert outcome.stderr.strip()
    assert not stdin or stdin not in outcome.stderr


def test_an_address_has_one_account_whatever_its_case(commands: Commands, account: Account):
    again = commands.run("account", "add", account.email.upper(), "--password-stdin", stdin=NEW_PASSWORD)
    assert again.code == 2


def test_help_goes_to_standard_output_and_ends_with_0(commands: Commands):
    outcome = commands.run("account", "add", "--help")
    assert outcome.code == 0
    assert "--password-stdin" in outcome.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LATCHKEY_SERVER_PROT", "8080"),
        ("LATCHKEY_SERVER_PORT", "many"),
        ("LATCHKEY_TOKENS_LIFETIME", "0"),
        ("LATCHKEY_TOKENS_SECRET_DIGITS", "30"),
        ("LATCHKEY_TLS_CERTIFICATE", "/no/such/file"),
    ],
)
def test_a_setting_that_is_unknown_or_wrong_is_named_and_nothing_starts(name: str, value: str, binary, tmp_path):
    outcome = Commands(binary, tmp_path / "data", {name: value}).run("serve")
    assert outcome.code == 1, outcome
    assert name in outcome.stderr or name.removeprefix("LATCHKEY_").lower().replace("_", ".", 1) in outcome.stderr
