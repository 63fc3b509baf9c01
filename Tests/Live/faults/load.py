"""Clients that work on a deployment while something happens to it."""

from __future__ import annotations

import random
import threading

from faults.deployment import Deployment
from faults.run import Outcome, Run
from history import Kind, Operation
from traffic import RECENT, Client, Mix

JOIN_SECONDS = 60
# One operation in forty costs a password hash.
MOSTLY_VERIFIED = Mix(generate=0.025, revoke=0.008)
# What a disk may lose is changes.
MOSTLY_CHANGED = Mix(generate=0.3, revoke=0.08)


class Load:
    """Clients that work until the end of the `with`; their choices are the seed's."""

    def __init__(self, deployment: Deployment, seed: object, clients: int = 8, mix: Mix = MOSTLY_CHANGED):
        self.stopping = threading.Event()
        self.deployment = deployment
        self.clients = [
            Client(deployment.nodes, deployment.records, random.Random(f"{seed} {number}"), mix, f"{number}")
            for number in range(clients)
        ]
        self.threads = [threading.Thread(target=client.work, args=(self.stopping,)) for client in self.clients]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(JOIN_SECONDS)
            assert not thread.is_alive(), "a client did not end"


def ask_at_rest(deployment: Deployment, seed: object) -> None:
    """Asks every node for recent and some older tokens of each account."""
    randomness = random.Random(f"{seed} at rest")
    client = Client(deployment.nodes, deployment.records, randomness, MOSTLY_VERIFIED, "at rest")
    for record in deployment.records:
        older = record.tokens[:-RECENT]
        for token in record.tokens[-RECENT:] + randomness.sample(older, min(4, len(older))):
            for node in deployment.nodes:
                client.verify(node, record, token)
    client.close()


def finish(deployment: Deployment, outcome: Outcome, run: Run) -> None:
    """Asks at rest, ends the nodes as an operator would, and judges what was seen."""
    ask_at_rest(deployment, run.seed)
    codes = deployment.stop()
    outcome.require(not any(codes), f"the nodes ended with {codes}")
    for record in deployment.records:
        outcome.violations += [f"{record.key}: {surprise}" for surprise in record.surprises]
    outcome.judge(deployment.recorder, run)


def operations(deployment: Deployment, kind: Kind | None = None, since: int = 0) -> list[Operation]:
    """What was seen so far, of one kind perhaps, and begun since a time."""
    histories = list(deployment.recorder.histories.values())
    seen = [each for operations in histories for each in list(operations)]
    return [each for each in seen if each.start >= since and kind in (None, each.kind)]
