"""The checker agrees with trying every order, and with how a history was made."""

import itertools
import random
from dataclasses import replace

import pytest

from history import OPEN, Kind, Operation
from linearizability import check_histories, first_impossible

SEEDS = range(400)


def legal_history(randomness: random.Random, size: int, spread: float, silent: float = 0.15) -> list[Operation]:
    """What clients may see of a sequence of operations, the n-th of which took effect at n: answered in intervals as
    wide as `spread` around those instants, or not at all."""
    held: str | None = None
    password = 0
    tokens = ["never made"]
    operations = []
    for number in range(size):
        kind = randomness.choices(list(Kind), [3, 2, 8, 1, 1])[0]
        is_silent = randomness.random() < silent
        start = number - spread * randomness.random()
        end = number + spread * randomness.random()
        token, accepted, used = randomness.choice(tokens[-4:]), True, password
        happens = not is_silent or randomness.random() < 0.5
        if kind is Kind.GENERATE:
            token = f"t{number}"
            used = randomness.choice([password, password, max(0, password - 1)])
            accepted = used == password
            if accepted and happens:
                held = token
                tokens += [] if is_silent else [token]
            token = token if accepted and not is_silent else None
        elif kind is Kind.SET_PASSWORD:
            used = number + 1
            if happens:
                held, password = None, used
        elif kind is Kind.HOLDS:
            token, accepted = None, held is not None
        else:
            accepted = held == token
            if kind is Kind.REVOKE and accepted and happens:
                held = None
        if is_silent:
            end = randomness.choice([OPEN, end])
        operations.append(Operation(number, kind, start, end, token, None if is_silent else accepted, used))
    return operations


def mutated(randomness: random.Random, operations: list[Operation]) -> list[Operation]:
    """The history with one answer turned round, or one token in place of another."""
    place = randomness.choice([place for place, each in enumerate(operations) if each.accepted is not None])
    each = operations[place]
    if each.kind in (Kind.GENERATE, Kind.SET_PASSWORD):
        each = replace(each, password=each.password + 1)
    else:
        each = replace(each, accepted=not each.accepted)
    return [*operations[:place], each, *operations[place + 1 :]]


def explained_by_some_order(operations: list[Operation]) -> bool:
    """The definition itself: some of the unanswered operations and all others, in some order that time allows."""
    answered = [each for each in operations if each.accepted is not None]
    silent = [each for each in operations if each.accepted is None and each.changes]
    for count in range(len(silent) + 1):
        for happened in itertools.combinations(silent, count):
            if any(explains(order) for order in itertools.permutations([*answered, *happened])):
                return True
    return False


def explains(order: tuple[Operation, ...]) -> bool:
    latest_start = -1e9
    held, password = None, 0
    for each in order:
        if each.end < latest_start:
            return False
        latest_start = max(latest_start, each.start)
        if each.kind is Kind.HOLDS:
            answer = held is not None
        elif each.kind is Kind.GENERATE:
            answer = password == each.password
        else:
            answer = each.kind is Kind.SET_PASSWORD or held == each.token
        if each.accepted is not None and answer != each.accepted:
            return False
        if each.kind is Kind.SET_PASSWORD:
            held, password = None, each.password
        elif each.kind is Kind.GENERATE and answer:
            held = each.token or "unseen"
        elif each.kind is Kind.REVOKE and answer:
            held = None
    return True


@pytest.mark.parametrize("spread", [0.4, 3, 12])
def test_a_history_that_was_made_by_a_sequence_is_possible(spread: float):
    for seed in range(20):
        history = legal_history(random.Random(seed), 200, spread, silent=0.05)
        assert first_impossible(history) is None, f"seed {seed}"


def test_the_checker_agrees_with_trying_every_order():
    verdicts = []
    for seed in SEEDS:
        randomness = random.Random(seed)
        history = legal_history(randomness, 6, randomness.choice([0.4, 1.5, 4]))
        assert first_impossible(history) is None, f"seed {seed}"
        if all(each.accepted is None for each in history):
            continue
        wrong = mutated(randomness, history)
        is_possible = explained_by_some_order(wrong)
        assert (first_impossible(wrong) is None) == is_possible, f"seed {seed}"
        verdicts.append(is_possible)
    # Both verdicts came often enough to mean something.
    assert min(verdicts.count(True), verdicts.count(False)) > len(verdicts) / 10


def test_a_turned_answer_is_caught_where_every_operation_stood_alone():
    for seed in range(60):
        randomness = random.Random(seed)
        history = legal_history(randomness, 200, 0.4, silent=0)
        questions = [place for place, each in enumerate(history) if each.kind in (Kind.VERIFY, Kind.HOLDS)]
        place = randomness.choice(questions)
        history[place] = replace(history[place], accepted=not history[place].accepted)
        (violation,) = check_histories({"ann": history}).violations
        # The last that could be explained is the turned one, or what contradicts it later.
        assert violation.operation.number >= place, f"seed {seed}"
        assert history[place] in violation.window, f"seed {seed}"
