"""The planted bugs that `Scripts/faults --mutants` must catch can still be planted."""

import subprocess
from pathlib import Path

import pytest

from faults.command import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
PATCHES = sorted((ROOT / "Tests/Live/mutants").glob("*.patch"))


def test_every_planted_bug_has_a_fault_run_that_must_catch_it():
    assert [patch.stem for patch in PATCHES] == sorted(MUTANTS)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_planted_bug_fits_the_sources(patch: Path):
    checked = subprocess.run(["git", "apply", "--check", patch], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
