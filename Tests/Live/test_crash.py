"""Nothing that was answered is lost when the server is killed, and the check that says so can fail."""

import os
import random
import shutil
from pathlib import Path

import pytest

from crash import crash_repeatedly

KILLS = int(os.environ.get("LATCHKEY_CRASH_KILLS", "20"))
SEED = int(os.environ.get("LATCHKEY_CRASH_SEED", random.SystemRandom().randrange(2**32)))


def test_no_answered_change_is_lost_and_no_dead_token_lives_when_the_server_is_killed(
    binary: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    with capsys.disabled():
        print(f"\ncrash run: seed {SEED}, {KILLS} kills", flush=True)
        report = crash_repeatedly(binary, tmp_path, KILLS, SEED)
        print(report)
    assert not report.violations


def test_the_crash_run_catches_a_store_that_forgets_what_it_answered(binary: Path, tmp_path: Path):
    older = tmp_path / "older"

    def forget(kill: int, data: Path) -> None:
        if kill == 0:
            shutil.copytree(data, older)
        else:
            shutil.rmtree(data)
            shutil.copytree(older, data)

    report = crash_repeatedly(binary, tmp_path, 2, SEED, while_down=forget)
    assert any("impossible" in violation for violation in report.violations)
