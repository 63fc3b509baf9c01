"""A history survives its file, and what the file must not hold is not in it."""

from pathlib import Path

import pytest

import history
from history import OPEN, Kind, Recorder
from linearizability import check

TOKEN = "bus|1x2|3x4"


def recorded() -> Recorder:
    recorder = Recorder()
    recorder.answered("ann", Kind.GENERATE, history.now(), True, TOKEN, process="1", status=200)
    recorder.unanswered("ann", Kind.REVOKE, history.now(), TOKEN)
    recorder.answered("bob", Kind.GENERATE, history.now(), False, password=1, status=400)
    return recorder


def test_a_history_is_read_as_it_was_written_and_holds_no_token(tmp_path: Path):
    recorder = recorded()
    recorder.write(tmp_path / "history", seed=7)
    text = (tmp_path / "history").read_text()
    assert TOKEN not in text
    assert '"seed": 7' in text.splitlines()[0]
    found = history.read(text.splitlines())
    assert {key: [vars(each) | {"number": 0} for each in operations] for key, operations in found.items()} == {
        key: [vars(each) | {"number": 0} for each in operations] for key, operations in recorder.histories.items()
    }
    assert found["ann"][1].end == OPEN


def test_the_death_of_the_only_server_ends_what_is_open():
    recorder = recorded()
    at = history.now()
    assert recorder.server_died(at) == 1
    assert recorder.histories["ann"][1].end == at
    assert recorder.server_died(at + 1) == 0


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        '{"format": "another"}',
        '{"key": "ann", "op": "dance", "start": 1, "end": 2, "outcome": "yes"}',
        '{"key": "ann", "op": "verify", "start": 1, "end": null, "outcome": "yes"}',
        '{"key": "ann", "op": "verify", "start": 2, "end": 1, "outcome": "yes"}',
    ],
)
def test_a_line_that_is_not_as_described_is_an_error_that_names_it(line: str, tmp_path: Path):
    (tmp_path / "history").write_text(line + "\n")
    with pytest.raises(ValueError, match="line 1"):
        check(tmp_path / "history")
