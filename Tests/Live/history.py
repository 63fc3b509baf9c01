"""Whether what the clients of one account saw can be true of one live token: a checker of linearizability.

An account holds one token or none. An operation took effect at one instant between its start and its end. One without
an answer took effect at one such instant or never; its end is when the server was seen dead, for a dead server changes
nothing. A history is possible if some choice of instants explains every answer.

The search keeps every state that the answers so far leave possible, and tries the orders of the pending operations only
when one of them must be explained: Wing and Gong's search in Lowe's just-in-time form.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    GENERATE = "generate"  # answered: the account now holds `token`
    REVOKE = "revoke"  # `accepted`: it held `token` and holds none now
    VERIFY = "verify"  # `accepted`: it held `token`
    HOLDS = "holds"  # `accepted`: it held some token


@dataclass(frozen=True)
class Operation:
    """One request and its answer; `accepted` is none where no answer told."""

    number: int
    kind: Kind
    start: float
    end: float
    token: str | None = None
    accepted: bool | None = None

    def outcomes(self, held: str | None) -> Iterable[str | None]:
        """What the account may hold after this took effect while it held `held`; nothing where the answer denies it."""
        if self.kind is Kind.GENERATE:
            # The token of an answer that never came is one that nobody will ever present.
            return [self.token if self.accepted else f"unseen {self.number}"]
        is_held = held is not None if self.kind is Kind.HOLDS else held == self.token
        if self.accepted is not None and self.accepted != is_held:
            return []
        return [None if self.kind is Kind.REVOKE and is_held else held]


# What the account holds, and which of the pending operations have had their effect.
State = tuple[str | None, frozenset[int]]


def first_impossible(history: list[Operation]) -> Operation | None:
    """The operation by whose end no order explains the answers any more; none if the history is possible."""
    moments = sorted(
        [(each.start, 0, each.number) for each in history] + [(each.end, 1, each.number) for each in history]
    )
    operations = {each.number: each for each in history}
    pending: dict[int, Operation] = {}
    states: set[State] = {(None, frozenset())}
    for _, is_end, number in moments:
        operation = operations[number]
        if not is_end:
            pending[number] = operation
            continue
        # A question without an answer tells nothing.
        states = reachable(states, pending, number) if tells(operation) else states
        if operation.accepted is not None:
            states = {state for state in states if number in state[1]}
        if not states:
            return operation
        states = {(held, done - {number}) for held, done in states}
        del pending[number]
    return None


def tells(operation: Operation) -> bool:
    return operation.accepted is not None or operation.kind in (Kind.GENERATE, Kind.REVOKE)


def reachable(states: set[State], pending: dict[int, Operation], number: int) -> set[State]:
    """The states, and every state to which effects of pending operations lead."""
    found = set(states)
    unexplored = list(states)
    while unexplored:
        held, done = unexplored.pop()
        if number in done:
            # What else may have happened since can be tried when its own end comes.
            continue
        for each in pending.values():
            if each.number in done or not tells(each):
                continue
            for after in each.outcomes(held):
                state = (after, done | {each.number})
                if state not in found:
                    found.add(state)
                    unexplored.append(state)
    return found
