"""Behind nginx and HAProxy a message that readers may understand differently harms nobody but its sender."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import framing
from rig.commands import Commands
from rig.desync import Victim, confusion, gullible_server
from rig.proxies import KINDS, proxy
from rig.server import Server
from rig.tokens import generate
from rig.wire import request

# By name: what is sent, and what must come behind it so that a reader who sees the hidden half sees the whole.
ATTACKS = {
    f"{name}, {kind}": (case.request, rest)
    for kind, hidden, rest in (
        ("a whole request hidden", framing.WHOLE, b""),
        ("half a request hidden", framing.OPEN, framing.REST),
    )
    for name, case in (framing.ambiguous(hidden) | framing.honest(hidden)).items()
    if not rest or hidden in case.request
}


@pytest.fixture(scope="module", params=KINDS)
def front(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    with proxy(request.param, server.address, tmp_path_factory.mktemp("proxy")) as address:
        yield address


@pytest.fixture(scope="module")
def victims(server: Server, commands: Commands) -> list[Victim]:
    victims = []
    for number in range(2):
        account = commands.add_account(f"victim-{number}@example.com", "correct horse battery victim")
        token = generate(server, account.email, account.password)
        headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
        victims.append(Victim(request("GET", framing.STATUS, headers), account.email.encode()))
    return victims


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_client_gets_its_own_answer(attack: str, front: tuple[str, int], victims: list[Victim]):
    request, rest = ATTACKS[attack]
    assert confusion(front, request, victims, rest) is None


# nginx sends a short body on with a length, however it came.
PLANTED = [(kind, "a request within the body of a GET") for kind in KINDS] + [
    (kind, "a request within a chunk of another") for kind in KINDS if kind != "nginx"
]


@pytest.mark.parametrize(("kind", "attack"), PLANTED)
def test_a_server_that_takes_a_body_for_a_request_is_caught(kind: str, attack: str, tmp_path: Path):
    victims = [
        Victim(request("GET", f"/victim-{number}", {"Connection": "close", "X": "x" * 200}), b"/victim-%d" % number)
        for number in range(2)
    ]
    with gullible_server() as server, proxy(kind, server, tmp_path) as front:
        assert confusion(front, request("POST", "/honest", body=b"abc"), victims) is None
        assert confusion(front, framing.honest(framing.OPEN)[attack].request, victims, framing.REST)
