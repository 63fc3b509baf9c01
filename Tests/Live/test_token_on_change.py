"""The command of `latchkey token renew --on-change`: it succeeds after each change, whatever happens between."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.busy import busy_server
from rig.commands import Account
from rig.renewal import IGNORING, TOKEN, HeldCommand, Renewal, renew
from rig.server import Server
from rig.tokens import generate, opens
from rig.waiting import wait_until

# Without the two that the C library keeps to itself.
EVERY_SIGNAL = sum(1 << number - 1 for number in signal.valid_signals())


@pytest.fixture
def begin(binary: Path, server: Server, account: Account, tmp_path: Path) -> Iterator[Callable[..., Renewal]]:
    """Starts renewals of one file, once or with --watch; a token is nowhere but there."""
    started: list[Renewal] = []

    def begin(*more: str) -> Renewal:
        started.append(Renewal(binary, server, account, tmp_path / "token", *more))
        return started[-1]

    yield begin
    for renewal in started:
        renewal.process.kill()
        renewal.process.wait()
        assert not TOKEN.search(renewal.log.read_text())


@pytest.fixture
def command(tmp_path: Path) -> Iterator[HeldCommand]:
    command = HeldCommand(tmp_path)
    yield command
    command.allowed.touch()


def is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_that_fails_is_told_whatever_signals_are_ignored_around(
    binary: Path, server: Server, account: Account, tmp_path: Path
):
    succeeded = renew(binary, server, account, tmp_path / "one", "--on-change", "true", under=IGNORING)
    assert succeeded.code == 0, succeeded
    failed = renew(binary, server, account, tmp_path / "another", "--on-change", "exit 7", under=IGNORING)
    assert failed.code == 2
    assert "failed with 7" in failed.stderr


def test_the_next_run_repeats_a_command_that_failed(binary: Path, server: Server, account: Account, tmp_path: Path):
    file, mark, told = (tmp_path / name for name in ("token", "token.on-change", "told"))
    assert renew(binary, server, account, file, "--on-change", "exit 7").code == 2
    token = file.read_text()
    assert (mark.read_bytes(), mark.stat().st_mode & 0o777) == (b"", 0o600)
    # Who runs no command has told nobody.
    assert renew(binary, server, account, file).code == 0
    assert mark.exists()
    tell = f'cat "$TOKEN_FILE" >> {told}'
    again = renew(binary, server, account, file, "--on-change", tell)
    assert (again.code, again.object["renewed"]) == (0, False)
    assert renew(binary, server, account, file, "--on-change", tell).code == 0
    assert told.read_text() == file.read_text() == token
    assert sorted(tmp_path.iterdir()) == [file, told]


def test_a_watch_repeats_a_command_that_failed_until_it_succeeds(begin: Callable[..., Renewal], tmp_path: Path):
    allowed, told = tmp_path / "allowed", tmp_path / "told"
    watch = begin("--watch", "--check-every", "1s", "--on-change", f"test -e {allowed} && echo x >> {told}")
    watch.wait_for_words("failed with 1")
    assert watch.mark.exists()
    allowed.touch()
    wait_until(lambda: told.exists() and not watch.mark.exists(), 30, "the command is repeated")
    assert watch.stop() == 0
    assert told.read_text() == "x\n"
    assert watch.log.read_text().count("A new token") == 1


def test_a_watch_repeats_the_command_that_a_killed_one_began(
    begin: Callable[..., Renewal], command: HeldCommand, tmp_path: Path
):
    watch = begin("--watch", "--on-change", command.text)
    command.wait_for_report()
    token = watch.token
    watch.process.kill()
    told = tmp_path / "told"
    again = begin("--watch", "--on-change", f'cp "$TOKEN_FILE" {told}')
    wait_until(lambda: told.exists() and not again.mark.exists(), 30, "the command is repeated")
    assert again.stop() == 0
    assert told.read_text() == again.token == token


def place_script(mark: Path) -> None:
    mark.write_text("#!/bin/sh")


OBSTACLES = {
    "script": place_script,
    "folder": Path.mkdir,
    "link": lambda mark: mark.symlink_to("elsewhere"),
}


@pytest.mark.parametrize("more", [(), ("--watch",)], ids=["once", "for-ever"])
@pytest.mark.parametrize("place", OBSTACLES.values(), ids=OBSTACLES)
def test_what_has_the_mark_s_name_is_left_alone_and_no_token_is_ended(
    place: Callable[[Path], None],
    more: tuple[str, ...],
    binary: Path,
    server: Server,
    account: Account,
    tmp_path: Path,
):
    token = generate(server, account.email, account.password)
    file, mark = tmp_path / "token", tmp_path / "token.on-change"
    place(mark)
    before = mark.lstat()
    refused = renew(binary, server, account, file, "--on-change", "true", *more)
    assert refused.code == 2
    assert "token.on-change is in the way of --on-change" in refused.stderr
    after = mark.lstat()
    assert (after.st_ino, after.st_mode, after.st_size) == (before.st_ino, before.st_mode, before.st_size)
    assert opens(server, token)
    assert list(tmp_path.iterdir()) == [mark]


def test_no_token_is_ended_when_its_change_cannot_be_marked(
    binary: Path, server: Server, account: Account, tmp_path: Path
):
    token = generate(server, account.email, account.password)
    # There is room for the name of a draft of it, and none for that of the mark's.
    file = tmp_path / ("t" * 230)
    refused = renew(binary, server, account, file, "--on-change", "true")
    assert refused.code == 2
    assert "File name too long" in refused.stderr
    assert opens(server, token)
    assert list(tmp_path.iterdir()) == []
    assert renew(binary, server, account, file).code == 0


def test_a_command_that_succeeded_is_not_repeated_for_a_mark_that_stays(begin: Callable[..., Renewal], tmp_path: Path):
    told = tmp_path / "told"
    spoil = 'rm "$TOKEN_FILE.on-change" && mkdir "$TOKEN_FILE.on-change"'
    watch = begin("--watch", "--on-change", f"echo x >> {told}; {spoil}")
    watch.wait_for_words("is in the way")
    assert watch.stop() == 0
    assert "not handed on" not in watch.log.read_text()
    assert told.read_text() == "x\n"


def test_the_mark_of_a_later_change_stays(binary: Path, server: Server, account: Account, tmp_path: Path):
    file, mark = tmp_path / "token", tmp_path / "token.on-change"
    assert renew(binary, server, account, file, "--on-change", 'printf "bus|1|1" > "$TOKEN_FILE"').code == 0
    assert mark.exists()


@pytest.mark.parametrize("more", [(), ("--watch",)], ids=["once", "for-ever"])
def test_a_change_is_told_while_the_token_cannot_be_renewed(
    more: tuple[str, ...], begin: Callable[..., Renewal], tmp_path: Path
):
    told = tmp_path / "told"
    (tmp_path / "token").write_text("bus|1|1")
    (tmp_path / "token.on-change").touch()
    with busy_server(knows_token=True) as server:
        renewal = begin(*more, "--on-change", f'cp "$TOKEN_FILE" {told}', "--url", server.url)
        wait_until(lambda: told.exists() and not renewal.mark.exists(), 10, "the command is run")
        renewal.wait_for_words("signing in failed")
        renewal.stop()
    assert told.read_text() == "bus|1|1"


@pytest.mark.parametrize("more", [(), ("--watch",)], ids=["once", "for-ever"])
def test_a_stop_waits_for_the_command(more: tuple[str, ...], begin: Callable[..., Renewal], command: HeldCommand):
    renewal = begin(*more, "--on-change", command.text)
    command.wait_for_report()
    renewal.process.send_signal(signal.SIGTERM)
    renewal.wait_for_words("takes 60 seconds at most")
    command.allowed.touch()
    assert renewal.process.wait(10) == 0
    assert command.done.exists(), renewal.log.read_text()
    assert "was ended" not in renewal.log.read_text()
    assert not renewal.mark.exists()


@pytest.mark.parametrize(("more", "code"), [((), 2), (("--watch",), 0)], ids=["once", "for-ever"])
def test_a_second_signal_ends_the_command(
    more: tuple[str, ...], code: int, begin: Callable[..., Renewal], command: HeldCommand
):
    renewal = begin(*more, "--on-change", command.text)
    process, _ = command.wait_for_report()
    renewal.process.send_signal(signal.SIGINT)
    renewal.wait_for_words("Stopping when")
    renewal.process.send_signal(signal.SIGTERM)
    assert renewal.process.wait(10) == code
    wait_until(lambda: not is_there(process), 10, "the command is ended")
    assert "it is repeated at the next start" in renewal.log.read_text()
    assert "retry" not in renewal.log.read_text()
    assert renewal.mark.exists()


def test_the_command_gets_nothing_that_is_the_renewal_s_own(begin: Callable[..., Renewal], command: HeldCommand):
    renewal = begin("--watch", "--on-change", command.text)
    process, status = command.wait_for_report()
    descriptors = {int(entry.name): entry.readlink() for entry in Path(f"/proc/{process}/fd").iterdir()}
    group = os.getpgid(process)
    assert descriptors == {0: Path("/dev/null"), 1: renewal.log, 2: renewal.log}
    assert group == process
    assert [int(status[signals], 16) & EVERY_SIGNAL for signals in ("SigIgn", "SigBlk")] == [0, 0]
