"""Passwords that change while sign-ins with the old one are under way."""

from __future__ import annotations

import random

import history
from faults.deployment import Deployment, on_postgres, on_sqlite
from faults.load import Load, finish
from faults.run import Outcome, Run
from history import Kind
from traffic import Mix, Record

# The change must come while a password is hashed: someone always hashes.
SIGNING_IN = Mix(generate=0.5, revoke=0.02)


def at_one_node(run: Run) -> Outcome:
    return race(on_sqlite(run.binary, run.directory, accounts=2), run)


def at_two_nodes(run: Run) -> Outcome:
    return race(on_postgres(run.binary, run.directory, accounts=2, nodes=2), run)


def race(deployment: Deployment, run: Run) -> Outcome:
    randomness = random.Random(run.seed)
    outcome = Outcome()
    changes = run.count(500, 12)
    try:
        with Load(deployment, run.seed, clients=6, mix=SIGNING_IN):
            for _ in range(changes):
                change_password(deployment, randomness.choice(deployment.records))
        outcome.tell(f"{changes} passwords changed")
        finish(deployment, outcome, run)
        return outcome
    finally:
        deployment.end()


def change_password(deployment: Deployment, record: Record) -> None:
    number = record.password[1] + 1
    password = f"correct horse battery number {number}"
    start = history.now()
    changed = deployment.commands.run("account", "password", record.key, "--password-stdin", stdin=password)
    if changed.code == 0:
        deployment.recorder.answered(record.key, Kind.SET_PASSWORD, start, True, password=number, process="command")
        record.password = (password, number)
    else:
        deployment.recorder.unanswered(record.key, Kind.SET_PASSWORD, start, password=number, process="command")
        record.surprises.append(f"account password: {changed}")
