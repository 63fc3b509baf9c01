"""A full disk: changes get 503, verification goes on, and with room again all goes on without a restart."""

from __future__ import annotations

import time
from functools import partial

import history
from faults.deployment import Deployment, on_sqlite
from faults.disk import Disk
from faults.load import Load, finish, operations
from faults.run import Outcome, Run
from history import Kind, Operation
from rig.waiting import wait_until


def of_a_node(run: Run) -> Outcome:
    outcome = Outcome()
    with Disk(run.directory, megabytes=32) as disk:
        deployment = on_sqlite(run.binary, disk.path, accounts=6)
        server = deployment.nodes[0].server
        try:
            for turn in range(run.count(20, 2)):
                fill_and_empty(deployment, disk, f"{run.seed} {turn}", outcome)
            outcome.require(server.is_running, "the server ended on a full disk")
            finish(deployment, outcome, run)
        finally:
            deployment.end()
    return outcome


def fill_and_empty(deployment: Deployment, disk: Disk, seed: str, outcome: Outcome) -> None:
    with Load(deployment, seed):
        started = history.now()
        wait_until(partial(generated, deployment, started), 30, "a generate succeeds before the disk is full")
        filled = history.now()
        ballast = disk.fill()
        wait_until(partial(refused, deployment, filled), 60, "a generate gets 503 on the full disk")
        time.sleep(1)
        emptied = history.now()
        ballast.unlink()
        wait_until(partial(generated, deployment, emptied), 30, "a generate succeeds with room again")
    first = refused(deployment, filled)[0].start
    asked = [each for each in operations(deployment, Kind.VERIFY, first) if each.start < emptied]
    unable = [each for each in asked if each.accepted is None]
    outcome.require(asked, "nothing was verified on the full disk")
    outcome.require(not unable, f"{len(unable)} of {len(asked)} verifications got no answer on the full disk")
    outcome.lines.append(f"full disk: {len(refused(deployment, filled))} generates 503, {len(asked)} verified")


def refused(deployment: Deployment, since: int) -> list[Operation]:
    return [each for each in operations(deployment, Kind.GENERATE, since) if each.status == 503]


def generated(deployment: Deployment, since: int) -> list[Operation]:
    return [each for each in operations(deployment, Kind.GENERATE, since) if each.accepted]
