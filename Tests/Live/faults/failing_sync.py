"""Syncs that fail: after the first nothing is answered as done, and a restart finds everything that was."""

from __future__ import annotations

import random
from collections.abc import Callable

import history
from faults.deployment import Deployment, on_postgres, on_sqlite
from faults.load import Load, ask_at_rest, finish, operations
from faults.run import Outcome, Run
from faults.trace import Injection
from rig.waiting import wait_until

SECONDS = 60


def of_a_node(run: Run) -> Outcome:
    """The server ends by itself, and starts again."""
    deployment = on_sqlite(run.binary, run.directory, accounts=6)
    node = deployment.nodes[0]
    outcome = Outcome()

    def fall() -> None:
        wait_until(lambda: not node.server.is_running, SECONDS, "the server ends after a failed sync")
        code = node.server.wait()
        outcome.require(code == 2, f"the server ended with {code} after a failed sync")
        deployment.recorder.server_died(history.now())

    def victims() -> list[int]:
        return [node.server.process.pid]

    return fail_syncs(deployment, run, outcome, victims, fall, lambda: deployment.restart_node(node))


def of_postgres(run: Run) -> Outcome:
    """PostgreSQL panics and recovers by itself, and the nodes find it again."""
    deployment = on_postgres(run.binary, run.directory, accounts=6, nodes=2)
    processes = deployment.postgres.processes

    def rise() -> None:
        deployment.wait_until_ready()
        deployment.settle()

    return fail_syncs(deployment, run, Outcome(), processes, lambda: None, rise)


def fail_syncs(
    deployment: Deployment,
    run: Run,
    outcome: Outcome,
    victims: Callable[[], list[int]],
    fall: Callable[[], None],
    rise: Callable[[], None],
) -> Outcome:
    randomness = random.Random(run.seed)
    try:
        for turn in range(run.count(30, 3)):
            start = history.now()
            with Load(deployment, f"{run.seed} {turn}"):
                # Some syncs of each thread pass first.
                injection = Injection(victims(), f"error=EIO:when={randomness.randint(1, 6)}+", run.directory)
                try:
                    wait_until(injection.has_changed_a_call, SECONDS, "a sync fails")
                    fall()
                finally:
                    injection.stop()
            if not deployment.postgres:
                changes = [each for each in operations(deployment, since=start) if each.changes and each.accepted]
                late = [each for each in changes if each.start > injection.times[0]]
                outcome.require(not late, f"{len(late)} changes that came after a sync had failed were answered")
            rise()
            ask_at_rest(deployment, f"{run.seed} {turn}")
        outcome.tell(f"{run.count(30, 3)} times failed syncs")
        finish(deployment, outcome, run)
        return outcome
    finally:
        deployment.end()
