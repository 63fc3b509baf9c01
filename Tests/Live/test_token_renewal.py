"""`latchkey token renew` against a running server: what a program that reads the token file can rely on."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.authority import Authority
from rig.busy import busy_server
from rig.commands import Account, Commands
from rig.renewal import TOKEN, Renewal, arguments, renew
from rig.server import Server, clean_environment
from rig.tokens import generate, opens
from rig.waiting import wait_until

LIFETIME = {"LATCHKEY_TOKENS_LIFETIME": "3s"}


@pytest.fixture
def watch(binary: Path, tmp_path: Path) -> Iterator[Callable[..., Renewal]]:
    """Starts watches; they must end cleanly when told, and leave nothing but the file and their log."""
    started: list[Renewal] = []

    def start(server: Server, account: Account, *more: str, file: str = "token") -> Renewal:
        started.append(Renewal(binary, server, account, tmp_path / file, "--watch", *more))
        return started[-1]

    yield start
    codes = [watch.stop() for watch in started]
    logs = "".join(watch.log.read_text() for watch in started)
    assert codes == [0] * len(codes), logs
    assert not TOKEN.search(logs)
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_token_is_put_into_the_file_and_left_alone_while_it_is_good(
    binary: Path, server: Server, account: Account, tmp_path: Path
):
    file = tmp_path / "token"
    first = renew(binary, server, account, file)
    assert first.code == 0, first
    assert first.object == {"renewed": True, "user_id": account.user_id, "expires": 31536000}
    token = file.read_text()
    assert TOKEN.fullmatch(token)
    assert file.stat().st_mode & 0o777 == 0o600
    assert opens(server, token)
    again = renew(binary, server, account, file)
    assert again.object["renewed"] is False
    assert file.read_text() == token
    assert list(tmp_path.iterdir()) == [file]


def test_a_token_that_somebody_ended_is_replaced(binary: Path, server: Server, account: Account, tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("bus|1|1\n")
    assert renew(binary, server, account, file).code == 0
    other = generate(server, account.email, account.password)
    changed = tmp_path / "changed"
    outcome = renew(binary, server, account, file, "--on-change", f'cp "$TOKEN_FILE" {changed}; echo said')
    assert outcome.object["renewed"] is True
    assert outcome.stderr.count("said") == 1
    assert not opens(server, other)
    assert opens(server, file.read_text())
    assert changed.read_text() == file.read_text()


def test_what_fails_leaves_the_file_and_the_token_as_they_were(
    binary: Path, server: Server, account: Account, tmp_path: Path
):
    file = tmp_path / "token"
    assert renew(binary, server, account, file, password="a wrong password").code == 2
    assert not file.exists()
    # A command that fails is told, and the new token is in place.
    assert renew(binary, server, account, file, "--on-change", "exit 7").code == 2
    token = file.read_text()
    other = tmp_path / "no-token"
    other.write_text("a file of somebody else")
    assert renew(binary, server, account, other).code == 2
    assert other.read_text() == "a file of somebody else"
    assert renew(binary, server, account, tmp_path / "no-folder" / "token").code == 2
    assert renew(binary, server, account, tmp_path).code == 2
    assert opens(server, token)


@pytest.mark.parametrize(
    "more", [("--password", "x"), ("--check-every", "0s"), ("--password-file", "x"), ("--url", "x")]
)
def test_a_mistaken_command_is_1(
    more: tuple[str, ...], binary: Path, server: Server, resident: Account, tmp_path: Path
):
    assert renew(binary, server, resident, tmp_path / "token", *more).code == 1


def test_tls_is_verified_against_the_given_authority(
    binary: Path, secure_server: Server, authority: Authority, tmp_path: Path
):
    account, file = Account("example@personr.co", "example123", ""), tmp_path / "token"
    assert renew(binary, secure_server, account, file, "--ca-file", str(authority.root)).code == 0
    assert opens(secure_server, file.read_text())
    file.unlink()
    command = [*arguments(binary, secure_server, account, file), "--watch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()) as process:
        process.stdin.write(account.password.encode())
        process.stdin.close()
        line = process.stderr.readline().decode()
        assert "cannot be reached" in line
        process.terminate()
    assert not file.exists()


def test_a_reader_finds_a_whole_live_token_at_every_moment(
    binary: Path, launch: Callable[..., Server], watch, tmp_path
):
    server = launch(settings=LIFETIME)
    account = Commands(binary, server.data).add_account("reader@example.com", "correct horse battery staple")
    watching = watch(server, account, "--on-change", f"echo x >> {tmp_path / 'changes'}")
    seen = [watching.wait_for_token_after(None)]
    is_over = threading.Event()
    faults: list[str] = []

    def read() -> None:
        while not is_over.is_set():
            text = watching.file.read_text()
            if not TOKEN.fullmatch(text):
                faults.append(text)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(3):
            seen.append(watching.wait_for_token_after(seen[-1]))
            assert opens(server, seen[-1])
    finally:
        is_over.set()
        for reader in readers:
            reader.join()
    assert not faults
    assert len(set(seen)) == 4
    wait_until(lambda: (tmp_path / "changes").read_text().count("x") >= 4, 10, "each change is told")


def test_a_watch_outlives_the_server_and_takes_over_the_token_it_left(
    binary: Path, launch: Callable[..., Server], watch, tmp_path: Path
):
    server = launch(directory=tmp_path, settings={"LATCHKEY_TOKENS_LIFETIME": "1h"})
    account = Commands(binary, server.data).add_account("restart@example.com", "correct horse battery staple")
    watching = watch(server, account, "--check-every", "1s")
    token = watching.wait_for_token_after(None)
    assert server.stop() == 0
    assert watching.stop() == 0
    again = watch(server, account, "--check-every", "1s", file="token")
    wait_until(lambda: "cannot be checked yet" in again.log.read_text(), 60, "the watch asks")
    port = str(server.address[1])
    server = launch("--port", port, directory=tmp_path, settings={"LATCHKEY_TOKENS_LIFETIME": "1h"})
    assert opens(server, token)
    assert Commands(binary, server.data).run("token", "revoke", account.email).code == 0
    assert opens(server, again.wait_for_token_after(token))


@pytest.mark.parametrize(("more", "code"), [((), 2), (("--watch",), 0)], ids=["once", "for-ever"])
def test_a_stop_waits_for_no_answer(
    more: tuple[str, ...], code: int, binary: Path, server: Server, resident: Account, tmp_path: Path
):
    renewal = Renewal(binary, server, resident, tmp_path / "token", *more, "--url", "http://127.0.0.1:1")
    renewal.wait_for_words("cannot be reached")
    assert renewal.stop() == code
    assert renewal.token is None


def test_a_watch_asks_no_sooner_than_the_server_wants(server: Server, resident: Account, watch, tmp_path: Path):
    (tmp_path / "token").write_text("bus|1|1")
    with busy_server(knows_token=False) as busy:
        watching = watch(server, resident, "--url", busy.url)
        watching.wait_for_words("cannot be checked yet")
        assert watching.stop() == 0
        assert len(busy.requests) == 1


def test_two_watches_of_one_account_say_so(binary: Path, server: Server, account: Account, watch):
    watches = [watch(server, account, "--check-every", "1s", file=f"token-{number}") for number in range(2)]
    words = "another program signs in with the same account"
    wait_until(lambda: any(words in watching.log.read_text() for watching in watches), 60, words)


def test_refused_credentials_end_a_watch(binary: Path, server: Server, account: Account, tmp_path: Path):
    outcome = renew(binary, server, account, tmp_path / "token", "--watch", password="a wrong password")
    assert outcome.code == 2
    assert json.dumps("") != outcome.stderr
