"""The planted bugs that `Scripts/faults --mutants` must catch can still be planted."""

import subprocess
from pathlib import Path

import pytest

from faults.command import MUTANTS, must_be_caught
from faults.deployment import Deployment
from faults.power_loss import has_risen
from faults.run import Outcome, Run
from history import Kind, now
from rig.commands import Commands

ROOT = Path(__file__).resolve().parents[2]
PATCHES = sorted((ROOT / "Tests/Live/mutants").glob("*.patch"))


def test_every_planted_bug_has_a_fault_run_that_must_catch_it():
    assert [patch.stem for patch in PATCHES] == sorted(MUTANTS)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_planted_bug_fits_the_sources(patch: Path):
    checked = subprocess.run(["git", "apply", "--check", patch], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(("impossible", "verdict"), [(0, ["nothing was found wrong with what is wrong"]), (1, [])])
def test_a_control_is_caught_by_its_history_alone(impossible: int, verdict: list[str], tmp_path: Path):
    found = Outcome(violations=["the nodes ended with [1]"], impossible=impossible)
    assert must_be_caught(lambda run: found, Run(tmp_path, tmp_path, seed=1)).violations == verdict


def test_a_control_that_breaks_off_is_not_caught(tmp_path: Path):
    def wait_in_vain(run: Run) -> Outcome:
        raise AssertionError("not within 60 s: some tokens are made")

    with pytest.raises(AssertionError, match="some tokens"):
        must_be_caught(wait_in_vain, Run(tmp_path, tmp_path, seed=1))


def test_a_control_whose_store_cannot_start_again_is_judged_by_what_was_seen_before(tmp_path: Path):
    deployment = Deployment(tmp_path, tmp_path, Commands(tmp_path, tmp_path))
    deployment.recorder.answered("ann", Kind.GENERATE, now(), True, "token")
    deployment.recorder.answered("ann", Kind.VERIFY, now(), False, "token")

    def rise() -> None:
        raise AssertionError("the server exited before it listened")

    def lose_power(run: Run) -> Outcome:
        outcome = Outcome()
        assert not has_risen(deployment, run, outcome, rise)
        assert "before it listened" in outcome.violations[0]
        return outcome

    assert must_be_caught(lose_power, Run(tmp_path, tmp_path, seed=1)).violations == []
