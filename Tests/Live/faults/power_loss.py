"""Power losses: what was not synced is gone, and what was answered must not be."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from crash import integrity_faults
from faults.deployment import Deployment, on_postgres, on_sqlite
from faults.disk import Disk
from faults.load import Load, ask_at_rest, finish
from faults.run import Outcome, Run
from faults.trace import Injection
from rig.waiting import wait_until

SECONDS = 60


def of_a_node(run: Run, *, lies: bool = False) -> Outcome:
    """The machine of a node on SQLite; `lies`: with a disk that says "synced" and does nothing."""
    outcome = Outcome()
    with Disk(run.directory, megabytes=64) as disk:
        deployment = on_sqlite(run.binary, disk.path, accounts=6)
        node = deployment.nodes[0]

        def fall() -> None:
            deployment.kill_node(node)

        def rise() -> None:
            outcome.violations += [f"after a power loss: {each}" for each in integrity_faults(deployment.commands.data)]
            deployment.restart_node(node)

        lose_power(deployment, disk, run, outcome, fall, rise, lambda: [node.server.process.pid] if lies else [])
    return outcome


def of_postgres(run: Run, *, lies: bool = False) -> Outcome:
    """The machine of PostgreSQL; the nodes' does not fail."""
    outcome = Outcome()
    with Disk(run.directory, megabytes=512) as disk:
        environment = {"TMPDIR": str(disk.path)}
        deployment = on_postgres(run.binary, run.directory, accounts=6, nodes=2, environment=environment)
        postgres = deployment.postgres
        # It was made without syncs, which is no business of this test.
        disk.sync()

        def fall() -> None:
            postgres.kill(everything=True)

        def rise() -> None:
            # On a machine that was off no process lives, whatever this file says.
            (postgres.folder / "data/postmaster.pid").unlink(missing_ok=True)
            postgres.start()
            deployment.wait_until_ready()

        lose_power(deployment, disk, run, outcome, fall, rise, lambda: postgres.processes() if lies else [])
    return outcome


def lose_power(
    deployment: Deployment,
    disk: Disk,
    run: Run,
    outcome: Outcome,
    fall: Callable[[], None],
    rise: Callable[[], None],
    lied_to: Callable[[], list[int]],
) -> None:
    turns = run.count(100, 4)
    randomness = random.Random(run.seed)
    try:
        for turn in range(turns):
            with ExitStack() as stack:
                if processes := lied_to():
                    stack.callback(Injection(processes, "retval=0", run.directory).stop)
                with Load(deployment, f"{run.seed} {turn}"):
                    # Counted in tokens: a busy machine makes few in a given time.
                    tokens = deployment.tokens + randomness.randint(3, 20)
                    wait_until(partial(has_made, deployment, tokens), SECONDS, "some tokens are made")
                    time.sleep(randomness.uniform(0, 0.1))
                    disk.lose_power()
                    # A machine without power answers nobody. This one goes on for a moment, and must not say yes.
                    time.sleep(randomness.uniform(0, 0.1))
                    fall()
            disk.come_back()
            if not has_risen(deployment, run, outcome, rise):
                return
            if deployment.postgres:
                # A node may still have had changes in its queue.
                deployment.settle()
            ask_at_rest(deployment, f"{run.seed} {turn}")
        outcome.tell(f"{turns} power losses")
        finish(deployment, outcome, run)
    finally:
        deployment.end()


def has_risen(deployment: Deployment, run: Run, outcome: Outcome, rise: Callable[[], None]) -> bool:
    """Whether it could start again; if not, what clients saw until now is judged still."""
    try:
        rise()
    except Exception as error:
        outcome.violations.append(f"after a power loss it does not start: {error}")
        outcome.judge(deployment.recorder, run)
        return False
    return True


def has_made(deployment: Deployment, tokens: int) -> bool:
    return deployment.tokens >= tokens
