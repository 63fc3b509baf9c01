"""Whether what clients saw of each account can be true of one live token: a checker of linearizability.

An account holds one token or none, and has one password. An operation took effect at one instant between its start and
its end; one without an answer at one such instant or never. A history is possible if some choice of instants explains
every answer. Accounts know nothing of one another, so each is judged alone.

The search is Wing and Gong's in Lowe's just-in-time form: it keeps every state that the answers so far leave possible,
and tries the orders of the changes under way only when an operation that ends must be explained. Three things keep it
small. A question is answered in the first state that can answer it, for it changes nothing. Generates without an answer
are counted, not told apart: nobody knows their tokens, and the one that can happen for the shortest time is used up
first. Of two states, the one that has used up no more of them is enough.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
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
# How many silent generates of its password a state has used up, by when those could happen at the latest.
Used = dict[float, int]


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
    # Of the processor.
    seconds: float = 0
    counts: Counter = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        verdict = "NOT linearizable" if self.violations else "linearizable"
        told = f"{verdict}: {self.operations} operations on {self.keys} accounts ({counts})"
        return "\n".join([told, *(f"VIOLATION {each}" for each in self.violations)])


def check(path: Path) -> Report:
    """Judges the history in a file."""
    with path.open() as lines:
        return check_histories(history.read(lines))


def check_histories(histories: dict[str, list[Operation]]) -> Report:
    """Judges each account's history."""
    start = time.process_time()
    report = Report(keys=len(histories))
    for key, operations in histories.items():
        report.operations += len(operations)
        for each in operations:
            outcome = {True: "accepted", False: "refused", None: "unanswered"}[each.accepted]
            report.counts[f"{each.kind.value} {outcome}"] += 1
        impossible = first_impossible(operations)
        if impossible:
            report.violations.append(Violation(key, impossible, *smallest_window(operations, impossible)))
    report.seconds = time.process_time() - start
    return report


def first_impossible(operations: Iterable[Operation], initial: Iterable[State] = (INITIAL,)) -> Operation | None:
    """The operation by whose end no order explains the answers any more; none if the history is possible."""
    return Search(initial).run([each for each in operations if each.tells])


class Search:
    """The states in which the account may be, as time goes by."""

    def __init__(self, initial: Iterable[State]):
        self.states: dict[State, list[Used]] = {state: [{}] for state in initial}
        self.questions: dict[int, Operation] = {}
        self.changes: dict[int, Operation] = {}
        # Generates without an answer that have begun, by password and end.
        self.silent_generates: dict[int, Counter[float]] = defaultdict(Counter)
        # Revokes without an answer. A token is held once, so whether its end was used up already never matters.
        self.silent_revokes: dict[str | None, float] = {}

    def run(self, operations: list[Operation]) -> Operation | None:
        moments = [(each.start, 0, each.number, each) for each in operations]
        # At one instant starts come first: what touches is concurrent.
        moments += [(each.end, 1, each.number, each) for each in operations if each.end != OPEN]
        moments.sort(key=lambda moment: moment[:3])
        for _, is_end, _, operation in moments:
            if not is_end:
                self.begin(operation)
            elif operation.accepted is None and operation.kind is not Kind.SET_PASSWORD:
                self.end_silent(operation)
            elif not self.end(operation):
                return operation
        return None

    def begin(self, operation: Operation) -> None:
        if not operation.changes:
            self.questions[operation.number] = operation
            states = {}
            for (held, password, done), used in self.states.items():
                if answers(operation, held, password):
                    done |= {operation.number}
                states[held, password, done] = used
            self.states = states
        elif operation.accepted is None and operation.kind is Kind.GENERATE:
            self.silent_generates[operation.password][operation.end] += 1
        elif operation.accepted is None and operation.kind is Kind.REVOKE:
            last = self.silent_revokes.get(operation.token, operation.end)
            self.silent_revokes[operation.token] = max(last, operation.end)
        else:
            self.changes[operation.number] = operation

    def end_silent(self, operation: Operation) -> None:
        """What had not happened by now never will; all that had their end now are done with at once."""
        silent = self.silent_generates[operation.password]
        if operation.kind is Kind.REVOKE:
            if self.silent_revokes.get(operation.token) == operation.end:
                self.expand(None)
                del self.silent_revokes[operation.token]
        elif operation.end in silent:
            self.expand(None)
            del silent[operation.end]
            for (_, password, _), used in self.states.items():
                if password == operation.password:
                    for each in used:
                        each.pop(operation.end, None)

    def end(self, operation: Operation) -> bool:
        """Whether some state explains the operation, which has had its effect by now if it ever has."""
        number = operation.number
        if not all(number in done for _, _, done in self.states):
            self.expand(number)
        self.questions.pop(number, None)
        self.changes.pop(number, None)
        before, self.states = self.states, {}
        for (held, password, done), used in before.items():
            if number in done or operation.accepted is None:
                for each in used:
                    self.add((held, password, done - {number}), each)
        return bool(self.states)

    def add(self, state: State, used: Used) -> bool:
        """Whether the state with so many used up is news."""
        known = self.states.setdefault(state, [])
        if any(is_enough(each, used) for each in known):
            return False
        known[:] = [each for each in known if not is_enough(used, each)] + [used]
        return True

    def expand(self, number: int | None) -> None:
        """Adds every state to which changes under way lead, as far as needed for that operation to have its effect."""
        unexplored = [(state, each) for state, used in self.states.items() for each in used]
        while unexplored:
            state, used = unexplored.pop()
            # What else may have happened since can be tried when its own end comes.
            if number not in state[2]:
                unexplored += [after for after in list(self.successors(state, used)) if self.add(*after)]

    def successors(self, state: State, used: Used) -> Iterator[tuple[State, Used]]:
        held, password, done = state
        if held != UNSEEN and password in self.silent_generates:
            begun = self.silent_generates[password]
            left = [end for end, count in begun.items() if count > used.get(end, 0)]
            if left:
                soonest = min(left)
                yield self.settled(UNSEEN, password, done), used | {soonest: used.get(soonest, 0) + 1}
        if held in self.silent_revokes:
            yield self.settled(None, password, done), dict(used)
        for change in self.changes.values():
            if change.number in done:
                continue
            after = done | {change.number}
            if change.kind is Kind.SET_PASSWORD:
                yield self.settled(None, change.password, after), {}
            elif change.kind is Kind.REVOKE and held == change.token:
                yield self.settled(None, password, after), dict(used)
            elif change.kind is Kind.GENERATE and password == change.password:
                yield self.settled(change.token, password, after), dict(used)

    def settled(self, held: str | None, password: int, done: frozenset[int]) -> State:
        """The state with all questions answered that it answers."""
        answered = [number for number, each in self.questions.items() if answers(each, held, password)]
        return held, password, done.union(answered) if answered else done


def is_enough(one: Used, other: Used) -> bool:
    """Whether whatever can still happen after the other can happen after the one."""
    return all(count <= other.get(end, 0) for end, count in one.items())


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
