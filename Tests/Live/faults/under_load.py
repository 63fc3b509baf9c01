"""One fault after another under load: nodes and PostgreSQL that die or stand still, and broken links between them."""

from __future__ import annotations

import time

from faults.deployment import Deployment, on_postgres, on_sqlite
from faults.load import MOSTLY_VERIFIED, Load, finish
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
    """Inflicts every kind of fault in turn, goes on until there are enough operations, and judges the history."""
    outcome = Outcome()
    rounds = run.count(12, 1)
    try:
        with Load(deployment, run.seed, CLIENTS, MOSTLY_VERIFIED):
            for fault in schedule(run.seed, rounds * len(actions), len(deployment.nodes), list(actions)):
                time.sleep(fault.after)
                heal = actions[fault.name](deployment, fault)
                try:
                    time.sleep(fault.seconds)
                finally:
                    heal()
                deployment.wait_until_ready()
                outcome.lines.append(f"{deployment.recorder.count:7} operations, healed: {fault}")
            goal = run.count(200_000, 3_000)
            wait_until(lambda: deployment.recorder.count >= goal, LONGEST_SECONDS, f"{goal} operations")
        finish(deployment, outcome, run)
        return outcome
    finally:
        deployment.end()
