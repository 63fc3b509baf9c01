"""One fault after another under load: nodes and PostgreSQL that die or stand still, and broken links between them."""

from __future__ import annotations

import time
from functools import partial

from faults.deployment import Deployment, on_postgres, on_sqlite
from faults.load import MOSTLY_VERIFIED, Load, ask_at_rest, finish
from faults.run import Outcome, Run
from faults.schedule import ON_POSTGRES, ON_SQLITE, Inflict, schedule
from rig.waiting import wait_until

CLIENTS = 16
LONGEST_SECONDS = 3600


def on_one_node(run: Run) -> Outcome:
    deployment = on_sqlite(run.binary, run.directory, accounts=run.count(50, 10))
    return inflict(deployment, run, ON_SQLITE)


def on_three_nodes(run: Run) -> Outcome:
    deployment = on_postgres(run.binary, run.directory, accounts=run.count(50, 10), nodes=3)
    return inflict(deployment, run, ON_POSTGRES)


def inflict(deployment: Deployment, run: Run, actions: dict[str, Inflict]) -> Outcome:
    """Inflicts every kind of fault in turn and, until there are enough operations, in another order again."""
    outcome = Outcome()
    rounds = run.count(12, 1)
    faults = schedule(run.seed, rounds, len(deployment.nodes), list(actions))
    goal = run.count(run.operations, 3_000)
    try:
        for number, sequence in enumerate(faults, start=1):
            with Load(deployment, f"{run.seed} {number}", CLIENTS, MOSTLY_VERIFIED):
                for fault in sequence:
                    time.sleep(fault.after)
                    heal = actions[fault.name](deployment, fault)
                    try:
                        time.sleep(fault.seconds)
                    finally:
                        heal()
                    deployment.wait_until_ready()
                    outcome.tell(f"{deployment.recorder.count:7} operations, healed: {fault}")
                share = goal * number // rounds
                wait_until(partial(has_seen, deployment, share), LONGEST_SECONDS, f"{share} operations")
            # What never got an answer may explain what is seen now, and nothing later.
            deployment.settle()
            ask_at_rest(deployment, f"{run.seed} {number}")
        finish(deployment, outcome, run)
        return outcome
    finally:
        deployment.end()


def has_seen(deployment: Deployment, count: int) -> bool:
    return deployment.recorder.count >= count
