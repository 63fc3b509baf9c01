"""The command of `latchkey token renew --on-change`."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.commands import Account
from rig.renewal import IGNORING, TOKEN, HeldCommand, Renewal, renew
from rig.server import Server

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


def test_a_command_that_fails_is_told_whatever_signals_are_ignored_around(
    binary: Path, server: Server, account: Account, tmp_path: Path
):
    succeeded = renew(binary, server, account, tmp_path / "one", "--on-change", "true", under=IGNORING)
    assert succeeded.code == 0, succeeded
    failed = renew(binary, server, account, tmp_path / "another", "--on-change", "exit 7", under=IGNORING)
    assert failed.code == 2
    assert "failed with 7" in failed.stderr


def test_a_stop_waits_for_the_command(begin: Callable[..., Renewal], command: HeldCommand):
    renewal = begin("--watch", "--on-change", command.text)
    command.wait_for_report()
    renewal.process.send_signal(signal.SIGTERM)
    renewal.wait_for_words("Stopping when the command")
    command.allowed.touch()
    assert renewal.process.wait(10) == 0
    assert command.done.exists(), renewal.log.read_text()
    assert "was ended" not in renewal.log.read_text()


def test_the_command_gets_nothing_that_is_the_renewal_s_own(begin: Callable[..., Renewal], command: HeldCommand):
    renewal = begin("--watch", "--on-change", command.text)
    process, status = command.wait_for_report()
    descriptors = {int(entry.name): entry.readlink() for entry in Path(f"/proc/{process}/fd").iterdir()}
    group = os.getpgid(process)
    assert descriptors == {0: Path("/dev/null"), 1: renewal.log, 2: renewal.log}
    assert group == process
    assert [int(status[signals], 16) & EVERY_SIGNAL for signals in ("SigIgn", "SigBlk")] == [0, 0]
