"""An attacker against sign-in: what he gets, and that the owner and his token never notice."""

import base64
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from rig.commands import Account, Commands
from rig.server import BASE_PATH, Server
from rig.tokens import opens, token_in
from rig.wire import Answer, Connection, request

# The attacker's proxy is trusted: so one machine can come from anywhere.
PROXIED = {"LATCHKEY_SERVER_TRUSTED_PROXIES": "127.0.0.1", "LATCHKEY_LOG_LEVEL": "info"}
PASSWORD = "correct horse battery staple"
OWNER = "192.0.2.1"


class Attacker:
    """Signs in over one connection from any address; knows what was answered."""

    def __init__(self, server: Server):
        self.connection = Connection(server, seconds=30)
        self.answers: Counter[int] = Counter()

    def sign_in(self, email: str, password: str, address: str) -> Answer:
        credentials = base64.b64encode(f"{email}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "X-Forwarded-For": f"203.0.113.99, {address}"}
        self.connection.send(request("GET", f"{BASE_PATH}/api-basic-auth", headers))
        answer = self.connection.answer()
        assert answer.status in (200, 400, 429), answer
        assert (answer.value("Retry-After") is not None) == (answer.status == 429)
        self.answers[answer.status] += 1
        return answer

    def guess(self, email: str, address: str) -> int:
        return self.sign_in(email, "a guess", address).status


@pytest.fixture
def server(launch: Callable[..., Server]) -> Server:
    return launch(settings=PROXIED)


@pytest.fixture
def commands(binary, server: Server) -> Commands:
    return Commands(binary, server.data)


@pytest.fixture
def owner(commands: Commands) -> Account:
    return commands.add_account("owner@example.com", PASSWORD)


@pytest.fixture
def attacker(server: Server) -> Iterator[Attacker]:
    attacker = Attacker(server)
    with attacker.connection:
        yield attacker


def test_stuffing_from_one_address_ends_after_ten_accounts(attacker: Attacker, owner: Account) -> None:
    for number in range(30):
        attacker.guess(f"leaked-{number}@example.com", "198.51.100.7")
    assert attacker.answers == {400: 10, 429: 20}
    # The right password does not help from there, though the account has no failure of its own.
    assert attacker.sign_in(owner.email, PASSWORD, "198.51.100.7").status == 429
    assert attacker.sign_in(owner.email, PASSWORD, OWNER).status == 200


def test_the_addresses_of_one_subscriber_count_as_one(attacker: Attacker) -> None:
    for number in range(30):
        attacker.guess(f"leaked-{number}@example.com", f"2001:db8:0:1:{number:x}::{number:x}")
    assert attacker.answers == {400: 10, 429: 20}
    assert attacker.guess("leaked-30@example.com", "2001:db8:0:2::1") == 400


def test_an_account_of_ones_own_resets_nothing(attacker: Attacker, commands: Commands) -> None:
    mine = commands.add_account("mine@example.com", PASSWORD)
    for number in range(30):
        attacker.guess(f"victim-{number}@example.com", "198.51.100.7")
        assert attacker.sign_in(mine.email, PASSWORD, "198.51.100.7").status == 200
    assert attacker.answers[400] == 10


def test_an_account_hammered_from_everywhere_stays_its_owners(
    server: Server, attacker: Attacker, owner: Account, commands: Commands
) -> None:
    token = token_in(attacker.sign_in(owner.email, PASSWORD, OWNER).body)
    attacker.answers.clear()
    for number in range(2000):
        attacker.guess(owner.email, f"198.{18 + number // 256}.{number % 256}.1")
        if number % 200 == 199:
            assert opens(server, token)
    # Ten in a quarter of an hour at most; not even those when the waits between are not waited for.
    assert 5 <= attacker.answers[400] <= 10
    shown = commands.run("account", "show", owner.email, "--output", "json").object["sign_in"]
    assert shown["failures"] == attacker.answers[400]
    again = token_in(attacker.sign_in(owner.email, PASSWORD, OWNER).body)
    assert opens(server, again)
    assert not opens(server, token)


def test_failures_survive_a_kill_and_unlocking_works_beside_the_server(
    launch: Callable[..., Server], server: Server, commands: Commands, owner: Account, binary
) -> None:
    directory = server.data.parent
    with (first := Attacker(server)).connection:
        while first.guess(owner.email, f"198.51.100.{first.answers.total()}") == 400:
            pass
        failures = first.answers[400]
        token = commands.run("token", "generate", owner.email).stdout.strip()
    server.kill()
    server = launch(directory=directory, settings=PROXIED)
    shown = commands.run("account", "show", owner.email, "--output", "json").object["sign_in"]
    assert shown["failures"] == failures
    with (second := Attacker(server)).connection:
        while second.answers[429] == 0:
            second.guess(owner.email, f"198.51.100.{100 + second.answers.total()}")
        assert second.answers[400] <= 5
        assert opens(server, token)
        unlocked = commands.run("account", "unlock", owner.email)
        assert (unlocked.code, unlocked.stdout) == (0, "")
        assert unlocked.stderr == f"The failed sign-ins of {owner.email} are forgotten.\n"
        assert second.sign_in(owner.email, PASSWORD, "198.51.100.250").status == 200
    assert commands.run("account", "unlock", owner.email).stderr == f"{owner.email} had no failed sign-ins.\n"
    assert commands.run("account", "unlock", "nobody@example.com").code == 2


def test_a_client_cannot_choose_its_address(launch: Callable[..., Server]) -> None:
    server = launch(settings={"LATCHKEY_SERVER_TRUSTED_PROXIES": "192.0.2.0/24"})
    with (attacker := Attacker(server)).connection:
        for number in range(15):
            attacker.guess(f"leaked-{number}@example.com", f"198.51.100.{number}")
    assert attacker.answers == {400: 10, 429: 5}


def test_throttling_can_be_switched_off(launch: Callable[..., Server]) -> None:
    server = launch(settings={"LATCHKEY_THROTTLING_ENABLED": "false"})
    with (attacker := Attacker(server)).connection:
        for number in range(12):
            attacker.guess("one@example.com" if number % 2 else f"{number}@example.com", OWNER)
    assert attacker.answers == {400: 12}


def test_the_log_says_who_is_throttled_and_names_no_address_that_is_no_accounts(
    server: Server, attacker: Attacker, owner: Account
) -> None:
    for email in (owner.email, "stranger@example.com"):
        for number in range(10):
            attacker.guess(email, f"198.51.100.{number}")
    for number in range(11):
        attacker.guess(f"leaked-{number}@example.com", "203.0.113.7")
    log = server.log.read_text()
    for name in (owner.email, "stranger@", "leaked-"):
        assert name not in log
    limits = [line for line in log.splitlines() if "sign-ins are throttled" in line]
    assert len(limits) == 1, log
    assert re.search(r"\baccounts-of-address\b", limits[0])
    assert "203.0.113.7" in limits[0]
    assert "198.51.100.4" in log, "requests are logged under the client's address"
