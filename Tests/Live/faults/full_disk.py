"""A full disk: changes get 503, and with room again all goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import history
from faults.deployment import Deployment, on_postgres, on_sqlite
from faults.disk import Disk
from faults.load import Load, finish, operations
from faults.run import Outcome, Run
from history import Kind, Operation
from rig.postgres import Postgres
from rig.server import is_ready
from rig.waiting import wait_until


def of_a_node(run: Run) -> Outcome:
    """Verification goes on, and the server needs no restart."""
    outcome = Outcome()
    with Disk(run.directory, megabytes=32) as disk:
        deployment = on_sqlite(run.binary, disk.path, accounts=6)
        server = deployment.nodes[0].server

        def look(filled: int, emptied: int) -> None:
            first = refused(deployment, filled)[0].start
            verified = [each for each in operations(deployment, Kind.VERIFY, first) if each.start < emptied]
            unable = [each for each in verified if each.accepted is None]
            outcome.require(not unable, f"{len(unable)} of {len(verified)} verifications failed on the full disk")
            outcome.require(server.is_running, "the server ended on a full disk")
            outcome.tell(f"full disk: {len(refused(deployment, filled))} generates 503, {len(verified)} verified")

        fill_and_empty(deployment, disk, run, outcome, look)
    return outcome


def of_postgres(run: Run) -> Outcome:
    """PostgreSQL stops when its log has no room, and is started again when there is some."""
    outcome = Outcome()
    with Disk(run.directory, megabytes=160) as disk:
        environment = {"TMPDIR": str(disk.path)}
        deployment = on_postgres(run.binary, run.directory, accounts=6, nodes=2, environment=environment)

        def look(filled: int, emptied: int) -> None:
            outcome.tell(f"full disk: {len(refused(deployment, filled))} generates 503")

        fill_and_empty(deployment, disk, run, outcome, look)
    return outcome


def fill_and_empty(
    deployment: Deployment, disk: Disk, run: Run, outcome: Outcome, look: Callable[[int, int], None]
) -> None:
    try:
        for turn in range(run.count(20, 2)):
            with Load(deployment, f"{run.seed} {turn}"):
                started = history.now()
                wait_until(partial(generated, deployment, started), 30, "a generate succeeds before the disk is full")
                filled = history.now()
                ballast = disk.fill()
                if deployment.postgres:
                    use_up_log(deployment.postgres)
                wait_until(partial(refused, deployment, filled), 60, "a generate gets 503 on the full disk")
                wait_until(partial(asked, deployment, filled, 5), 60, "some tokens are verified on the full disk")
                emptied = history.now()
                ballast.unlink()
                if deployment.postgres:
                    wait_until(partial(is_up, deployment), 60, "PostgreSQL runs again")
                wait_until(partial(generated, deployment, emptied), 30, "a generate succeeds with room again")
            look(filled, emptied)
        finish(deployment, outcome, run)
    finally:
        deployment.end()


def use_up_log(postgres: Postgres) -> None:
    """Asks for the next segment of the log, which PostgreSQL cannot make now, and cannot go on without."""
    # It stops before it answers.
    with suppress(subprocess.CalledProcessError):
        postgres.run("postgres", "SELECT pg_switch_wal()")


def is_up(deployment: Deployment) -> bool:
    """Whether every node reaches PostgreSQL, which is started if it ended."""
    if not deployment.postgres.processes():
        deployment.postgres.start()
    return all(is_ready(node.server) for node in deployment.nodes)


def refused(deployment: Deployment, since: int) -> list[Operation]:
    return [each for each in operations(deployment, Kind.GENERATE, since) if each.status == 503]


def generated(deployment: Deployment, since: int) -> list[Operation]:
    return [each for each in operations(deployment, Kind.GENERATE, since) if each.accepted]


def asked(deployment: Deployment, filled: int, count: int) -> bool:
    """Whether so many verifications began after the first refusal."""
    return len(operations(deployment, Kind.VERIFY, refused(deployment, filled)[0].start)) >= count
