"""Whether what clients saw of each account can be true of one live token: a checker of linearizability.

An account holds one token or none, and has one password. An operation took effect at one instant between its start and
its end; one without an answer at one such instant or never. A history is possible if some choice of instants explains
every answer. Accounts know nothing of one another, so each is judged alone.

The search is Wing and Gong's in Lowe's just-in-time form: it keeps every state that the answers so far leave possible,
and tries the orders of the changes under way only when an operation that ends must be explained. Three things keep it
small. A question is answered in the first state that can answer it, since it changes nothing. Changes that never got an
answer are counted, not told apart: nobody knows their tokens. Of two states that differ in that count alone the smaller
is enough.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import history
from history import OPEN, Kind, Operation

# The token of an answer that never came: nobody will ever present it.
UNSEEN = "unseen"

# What the account holds, its password, and which of the operations under way have had their effect.
State = tuple[str | None, int, frozenset[int]]
INITIAL: State = (None, 0, frozenset())


@dataclass
class Violation:
    """An operation that no order explains, and the fewest operations that show it, whatever was before them."""

    key: str
    operation: Operation
    window: list[Operation]
    open_before: int

    def __str__(self) -> str:
        zero = self.operation.start
        lines = [f"{self.key}: impossible is {describe(self.operation, zero)}"]
        lines += [f"  {describe(each, zero)}" for each in self.window]
        if self.open_before:
            lines.append(f"  and {self.open_before} changes from before, which never got an answer, explain nothing")
        return "\n".join(lines)


@dataclass
class Report:
    """What a check found; the history is linearizable if there are no violations."""

    operations: int = 0
    keys: int = 0
    seconds: float = 0
    counts: Counter = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        verdict = "NOT linearizable" if self.violations else "linearizable"
        told = f"{verdict}: {self.operations} operations on {self.keys} accounts in {self.seconds:.1f} s ({counts})"
        return "\n".join([told, *(f"VIOLATION {each}" for each in self.violations)])


def check(path: Path) -> Report:
    """Judges the history in a file."""
    with path.open() as lines:
        return check_histories(history.read(lines))


def check_histories(histories: dict[str, list[Operation]]) -> Report:
    """Judges each account's history."""
    start = time.monotonic()
    report = Report(keys=len(histories))
    for key, operations in histories.items():
        report.operations += len(operations)
        for each in operations:
            outcome = {True: "accepted", False: "refused", None: "unanswered"}[each.accepted]
            report.counts[f"{each.kind.value} {outcome}"] += 1
        impossible = first_impossible(operations)
        if impossible:
            report.violations.append(Violation(key, impossible, *smallest_window(operations, impossible)))
    report.seconds = time.monotonic() - start
    return report


def first_impossible(operations: Iterable[Operation], initial: Iterable[State] = (INITIAL,)) -> Operation | None:
    """The operation by whose end no order explains the answers any more; none if the history is possible."""
    return Search(initial).run([each for each in operations if each.tells])


class Search:
    """The states in which the account may be, as time goes by."""

    def __init__(self, initial: Iterable[State]):
        # Of each state, how many of the open generates under its password it has used up, at least.
        self.states = dict.fromkeys(initial, 0)
        self.questions: dict[int, Operation] = {}
        self.changes: dict[int, Operation] = {}
        self.open_generates: Counter[int] = Counter()
        # A token is held once, so whether its end was used up already never matters.
        self.open_revokes: set[str | None] = set()

    def run(self, operations: list[Operation]) -> Operation | None:
        moments = [(each.start, 0, each.number, each) for each in operations]
        # At one instant starts come first: what touches is concurrent.
        moments += [(each.end, 1, each.number, each) for each in operations if each.end != OPEN]
        moments.sort(key=lambda moment: moment[:3])
        for _, is_end, _, operation in moments:
            if not is_end:
                self.begin(operation)
            elif not self.end(operation):
                return operation
        return None

    def begin(self, operation: Operation) -> None:
        if not operation.changes:
            self.questions[operation.number] = operation
            states: dict[State, int] = {}
            for (held, password, done), used in self.states.items():
                if answers(operation, held, password):
                    done |= {operation.number}
                states[held, password, done] = used
            self.states = states
        elif operation.end == OPEN and operation.kind is Kind.GENERATE:
            self.open_generates[operation.password] += 1
        elif operation.end == OPEN and operation.kind is Kind.REVOKE:
            self.open_revokes.add(operation.token)
        else:
            self.changes[operation.number] = operation

    def end(self, operation: Operation) -> bool:
        """Whether some state explains the operation, which has had its effect by now if it ever has."""
        number = operation.number
        if not all(number in done for _, _, done in self.states):
            self.expand(number)
        self.questions.pop(number, None)
        self.changes.pop(number, None)
        kept: dict[State, int] = {}
        for (held, password, done), used in self.states.items():
            if number in done or operation.accepted is None:
                state = (held, password, done - {number})
                kept[state] = min(used, kept.get(state, used))
        self.states = kept
        return bool(kept)

    def expand(self, number: int) -> None:
        """Adds every state to which changes under way lead, as far as needed for the operation to have its effect."""
        unexplored = list(self.states.items())
        while unexplored:
            state, used = unexplored.pop()
            # What else may have happened since can be tried when its own end comes.
            if number in state[2] or self.states[state] < used:
                continue
            for after, after_used in self.successors(state, used):
                if after_used < self.states.get(after, after_used + 1):
                    self.states[after] = after_used
                    unexplored.append((after, after_used))

    def successors(self, state: State, used: int) -> Iterator[tuple[State, int]]:
        held, password, done = state
        if used < self.open_generates[password] and held != UNSEEN:
            yield self.settled(UNSEEN, password, done), used + 1
        if held in self.open_revokes:
            yield self.settled(None, password, done), used
        for change in self.changes.values():
            if change.number in done:
                continue
            after = done | {change.number}
            if change.kind is Kind.SET_PASSWORD:
                yield self.settled(None, change.password, after), 0
            elif change.kind is Kind.REVOKE and held == change.token:
                yield self.settled(None, password, after), used
            elif change.kind is Kind.GENERATE and password == change.password:
                yield self.settled(change.token if change.accepted else UNSEEN, password, after), used

    def settled(self, held: str | None, password: int, done: frozenset[int]) -> State:
        """The state with all questions answered that it answers."""
        answered = [number for number, each in self.questions.items() if answers(each, held, password)]
        return held, password, done.union(answered) if answered else done


def answers(question: Operation, held: str | None, password: int) -> bool:
    """Whether an account in this state gives the answer that was seen."""
    if question.kind is Kind.GENERATE:
        return password != question.password
    if question.kind is Kind.HOLDS:
        return (held is not None) == question.accepted
    return (held == question.token) == question.accepted


def smallest_window(operations: list[Operation], impossible: Operation) -> tuple[list[Operation], int]:
    """The operations since the latest moment from which on no state of the account explains what was seen, without the
    questions that need not be asked for that; and how many open changes had begun before."""
    told = [each for each in operations if each.tells and each.start <= impossible.end]
    moments = sorted({each.end for each in told if each.end <= impossible.end})
    since = -OPEN
    low, high = 0, len(moments) - 1
    while low <= high:
        middle = (low + high) // 2
        if is_impossible([each for each in told if each.end > moments[middle]], moments[middle]):
            since, low = moments[middle], middle + 1
        else:
            high = middle - 1
    window = [each for each in told if each.end > since]
    size = len(window)
    while size := size // 2:
        for place in range(0, len(window), size):
            needless = {
                each.number for each in window[place : place + size] if not each.changes and each is not impossible
            }
            fewer = [each for each in window if each.number not in needless]
            if needless and is_impossible(fewer, since):
                window = fewer
    shown = [each for each in window if each.end != OPEN or each.start >= since]
    return sorted(shown, key=lambda each: each.start), len(window) - len(shown)


def is_impossible(window: list[Operation], since: float) -> bool:
    """Whether nothing explains the window, in whatever state the account was before it; "no" where that is too much."""
    if since == -OPEN:
        return first_impossible(window) is not None
    # What began before may have had its effect before: every subset must be tried.
    crossing = [each.number for each in window if each.start < since and each.end != OPEN]
    return len(crossing) <= 8 and first_impossible(window, any_state(window, crossing)) is not None


def any_state(operations: list[Operation], crossing: list[int]) -> Iterator[State]:
    """Every state that the operations can tell from another, with every subset of the crossing ones done."""
    tokens = {each.token for each in operations} | {None, UNSEEN}
    passwords = {each.password for each in operations} | {-1}
    for chosen in range(2 ** len(crossing)):
        done = frozenset(number for place, number in enumerate(crossing) if chosen >> place & 1)
        for held in tokens:
            for password in passwords:
                yield held, password, done


def describe(operation: Operation, zero: float) -> str:
    """One line, its times in seconds after `zero`."""
    outcome = {True: "yes", False: "no", None: "unknown"}[operation.accepted]
    end = "open" if operation.end == OPEN else f"{(operation.end - zero) / 1e9:+.6f}"
    parts = [f"{(operation.start - zero) / 1e9:+.6f} to {end} s", operation.kind.value, operation.token, outcome]
    parts += [f"password {operation.password}" if operation.password else "", operation.process]
    return " ".join(part for part in parts if part)


def main() -> int:
    parser = argparse.ArgumentParser(description="Judges histories of accounts' tokens.")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a history, as Docs/consistency.md has it")
    failed = False
    for path in parser.parse_args().files:
        try:
            report = check(path)
        except (OSError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 2
        print(f"{path}: {report}")
        failed |= bool(report.violations)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
