"""What a fault run is given, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from history import Recorder
from linearizability import check_histories


@dataclass(frozen=True)
class Run:
    """One run of one scenario; all that can be decided beforehand, the seed decides."""

    binary: Path
    directory: Path
    seed: int
    is_short: bool = False
    operations: int = 200_000
    history: Path | None = None

    def count(self, full: int, short: int) -> int:
        return short if self.is_short else full


@dataclass
class Outcome:
    """What a run saw; it passed if there are no violations."""

    violations: list[str] = field(default_factory=list)
    # As many of them as a history proves.
    impossible: int = 0

    def tell(self, words: str) -> None:
        """Says how far the run is."""
        print(words, flush=True)

    def require(self, condition: object, words: str) -> None:
        if not condition:
            self.violations.append(words)

    def judge(self, recorder: Recorder, run: Run) -> None:
        """Checks the history, and keeps it where the run says."""
        if run.history:
            recorder.write(run.history, seed=run.seed)
        report = check_histories(recorder.histories)
        self.tell(str(report).splitlines()[0])
        self.violations += [str(violation) for violation in report.violations]
        self.impossible += len(report.violations)
