"""Nodes that share one PostgreSQL, and the commands that bring an installation there."""

import itertools
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import ROOT
from rig.commands import Account, Commands
from rig.postgres import Postgres, start_postgres
from rig.server import Server
from rig.tokens import generate, opens, sign_in, status
from rig.visitor import Visitor

PASSWORD = "correct horse battery staple"

databases = itertools.count(1)


@dataclass
class Cluster:
    """A database with its schema and keys, and how to start nodes on it."""

    postgres: Postgres
    name: str
    settings: dict[str, str]
    commands: Commands
    launch: Callable[..., Server]

    def node(self) -> Server:
        return self.launch(settings=self.settings)

    def account(self, email: str = "ann@example.com") -> Account:
        return self.commands.add_account(email, PASSWORD)


@pytest.fixture
def empty(postgres: Postgres, binary: Path, tmp_path: Path, launch: Callable[..., Server]) -> Cluster:
    """A new database without any schema."""
    name = f"cluster_{next(databases)}"
    settings = {
        "LATCHKEY_STORE_URL": postgres.make_database(name),
        "LATCHKEY_KEYS_FILE": str(tmp_path / "cluster.keys"),
    }
    return Cluster(postgres, name, settings, Commands(binary, tmp_path / "none", settings), launch)


@pytest.fixture
def cluster(empty: Cluster) -> Cluster:
    assert empty.commands.run("migrate", "up").code == 0
    return empty


def test_a_token_of_one_node_is_good_at_the_other_until_a_newer_one(cluster: Cluster) -> None:
    account = cluster.account()
    nodes = [cluster.node(), cluster.node()]
    tokens = []
    for turn in range(6):
        tokens.append(generate(nodes[turn % 2], account.email, PASSWORD))
        for node in nodes:
            assert [opens(node, token) for token in tokens] == [False] * turn + [True]


def test_a_token_revoked_by_a_command_is_dead_at_every_node(cluster: Cluster) -> None:
    account = cluster.account()
    nodes = [cluster.node(), cluster.node()]
    token = generate(nodes[0], account.email, PASSWORD)
    assert all(opens(node, token) for node in nodes)
    assert cluster.commands.run("token", "revoke", account.email).code == 0
    assert not any(opens(node, token) for node in nodes)


def test_the_other_commands_work_on_postgresql(cluster: Cluster) -> None:
    cluster.account()
    run = cluster.commands.run
    arguments = ("--owner", "ann@example.com", "--purpose", "export", "--generate-password", "--output", "json")
    assert run("service-account", "add", "export@example.com", *arguments).code == 0
    listed = run("account", "list", "--output", "json").object
    assert [account["email"] for account in listed] == ["ann@example.com", "export@example.com"]
    assert run("account", "disable", "ann@example.com").code == 0
    assert run("token", "generate", "ann@example.com").code == 2
    assert run("token", "status", "export@example.com").code == 3
    assert run("account", "add", "ANN@example.com", "--generate-password").code == 2


def test_nothing_starts_on_a_database_without_its_schema_or_with_other_keys(empty: Cluster, tmp_path: Path) -> None:
    refused = empty.commands.run("account", "list")
    assert refused.code == 2
    assert "migrate up" in refused.stderr
    assert empty.commands.run("migrate", "status").code == 2
    assert "CREATE TABLE account" in empty.commands.run("migrate", "plan").stdout
    assert empty.commands.run("migrate", "up").code == 0
    assert empty.commands.run("migrate", "up").code == 0
    assert empty.commands.run("migrate", "status").code == 0
    keys = Path(empty.settings["LATCHKEY_KEYS_FILE"])
    keys.rename(tmp_path / "moved.keys")
    refused = empty.commands.run("account", "list")
    assert refused.code == 2
    assert "migrate up" in refused.stderr
    (tmp_path / "moved.keys").rename(keys)
    empty.account()
    keys.unlink()
    assert "no key file" in empty.commands.run("account", "list").stderr
    assert empty.commands.run("migrate", "up").code == 2
    assert not keys.exists()
    stranger = Commands(empty.commands.binary, tmp_path / "other")
    (tmp_path / "other").mkdir(mode=0o700)
    assert stranger.run("account", "add", "eve@example.com", "--generate-password").code == 0
    shutil.copy(tmp_path / "other/latchkey.keys", keys)
    refused = empty.commands.run("account", "list")
    assert refused.code == 2
    assert "not the one this store was made with" in refused.stderr


def test_an_installation_moves_without_ending_a_token(empty: Cluster, launch: Callable[..., Server]) -> None:
    first = launch()
    commands = Commands(empty.commands.binary, first.data)
    accounts = [commands.add_account(f"user{number}@example.com", PASSWORD) for number in range(3)]
    tokens = [generate(first, account.email, PASSWORD) for account in accounts[:2]]
    keys = {"LATCHKEY_KEYS_FILE": str(first.data / "latchkey.keys")}
    target = Commands(empty.commands.binary, first.data, empty.settings | keys)
    arguments = ("copy", "--from", f"sqlite:{first.data}", "--to", empty.settings["LATCHKEY_STORE_URL"])
    assert target.run("migrate", "up").code == 0
    running = commands.run(*arguments)
    assert running.code == 2
    assert "already uses" in running.stderr
    assert first.stop() == 0
    copied = commands.run(*arguments, "--output", "json")
    assert copied.code == 0, copied
    assert copied.object["copied"]["account"] == 3
    empty.settings |= keys
    node = empty.node()
    assert all(opens(node, token) for token in tokens)
    renewed = generate(node, accounts[0].email, PASSWORD)
    assert [opens(node, token) for token in (*tokens, renewed)] == [False, True, True]
    again = commands.run(*arguments)
    assert again.code == 2
    assert "already" in again.stderr


def test_the_doctor_knows_a_good_database_from_one_that_loses_data(cluster: Cluster) -> None:
    findings = cluster.commands.run("doctor", "--output", "json")
    # The tests' own server runs with fsync off.
    assert findings.code == 2
    judged = {finding["subject"]: finding["judgement"] for finding in findings.object["findings"]}
    assert judged["fsync"] == "wrong"
    assert judged["full_page_writes"] == "good"
    assert judged["schema"] == "good"
    assert judged["standbys"] == "warning"
    assert judged["clock"] == "good"
    assert judged["encryption"] == "good"


def test_a_node_needs_no_more_rights_than_its_page_says(cluster: Cluster, launch: Callable[..., Server]) -> None:
    page = (ROOT / "Docs/operations.md").read_text()
    [grants] = [text for text in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "latchkey_serve" in text]
    cluster.postgres.run(cluster.name, f"CREATE ROLE latchkey_serve LOGIN; {grants}")
    url = cluster.settings["LATCHKEY_STORE_URL"].replace("postgres@", "latchkey_serve@")
    ann, bob, eve = (cluster.account(f"{name}@example.com") for name in ("ann", "bob", "eve"))
    assert cluster.commands.run("account", "role", bob.email, "admin").code == 0
    node = launch(settings=cluster.settings | {"LATCHKEY_STORE_URL": url})

    # Failures are counted, and forgotten with the right password.
    assert [sign_in(node, ann.email, "a guess").status_code for _ in range(3)] == [400] * 3
    token = generate(node, ann.email, PASSWORD)
    assert opens(node, token)
    own = generate(node, bob.email, PASSWORD)
    answers = [sign_in(node, eve.email, "a guess").status_code for _ in range(12)]
    assert set(answers) == {400, 429}
    assert answers == sorted(answers)

    with Visitor(node) as visitor, Visitor(node) as other:
        assert visitor.log_in(bob).headers["Location"] == "/dashboard"
        assert other.log_in(bob).headers["Location"] == "/dashboard"
        assert "/account" in visitor.get("/account").text
        link = visitor.post("/admin/accounts/new", email="carl@example.com", role="member").text
        path = re.search(r"/invitation/[0-9a-f]{64}", link).group()
        with Visitor(node) as guest:
            assert guest.post(path, password=PASSWORD, again=PASSWORD).headers["Location"] == "/dashboard"
            assert guest.get("/dashboard").status_code == 200
        assert other.get(path).status_code == 404
        assert visitor.get("/activity").status_code == 200
        assert visitor.get("/admin").status_code == 200
        assert visitor.post("/dashboard", action="revoke").headers["Location"] == "/dashboard?done=revoked"
        assert not opens(node, own)
        new = {"current": PASSWORD, "password": "violin harbour muffin quartz"}
        assert visitor.post("/account", **new, again=new["password"]).status_code in (200, 303)
        assert other.get("/dashboard").status_code == 303
        assert other.log_in(bob, new["password"]).headers["Location"] == "/dashboard"
        assert other.post("/logout", "/dashboard").headers["Location"] == "/login?ended=1"
        assert other.get("/dashboard").status_code == 303
    commands = Commands(cluster.commands.binary, cluster.commands.data, cluster.settings | {"LATCHKEY_STORE_URL": url})
    assert commands.run("token", "revoke", ann.email).code == 0
    assert not opens(node, token)
    assert "permission denied" not in node.log.read_text()
    for statement in ("DELETE FROM audit", "DROP TABLE account"):
        with pytest.raises(subprocess.CalledProcessError):
            cluster.postgres.run(cluster.name, f"SET ROLE latchkey_serve; {statement}")


def test_no_password_is_taken_from_a_flag(cluster: Cluster) -> None:
    refused = cluster.commands.run("account", "list", "--store", "postgres://ann:swordfish@127.0.0.1/x")
    assert refused.code == 1
    assert "swordfish" not in refused.stderr + refused.stdout


def test_a_server_without_its_database_answers_503_and_goes_on(
    binary: Path, tmp_path: Path, launch: Callable[..., Server]
) -> None:
    postgres = start_postgres()
    settings = {"LATCHKEY_STORE_URL": postgres.url, "LATCHKEY_KEYS_FILE": str(tmp_path / "cluster.keys")}
    commands = Commands(binary, tmp_path / "none", settings)
    assert commands.run("migrate", "up").code == 0
    account = commands.add_account("ann@example.com", PASSWORD)
    node = launch(settings=settings)
    token = generate(node, account.email, PASSWORD)
    assert status(node, token).status_code == 200
    postgres.stop()
    assert status(node, token).status_code == 503
    assert node.is_running
