"""What is done to the primary's host, and how it is undone."""

import signal
from collections.abc import Callable
from dataclasses import dataclass

from cluster.database import DatabaseHost
from cluster.world import World


@dataclass(frozen=True)
class Fault:
    """One way to lose a primary."""

    name: str
    strike: Callable[[World, DatabaseHost], None]
    heal: Callable[[World, DatabaseHost], None]
    # Else its own host may have a PostgreSQL again before another takes over.
    moves_primary: bool = True


def kill(world: World, host: DatabaseHost) -> None:
    host.watchdog.is_broken = True
    host.kill()


def boot(world: World, host: DatabaseHost) -> None:
    host.watchdog.is_broken = False
    host.boot()


def kill_postgres(world: World, host: DatabaseHost) -> None:
    host.signal(signal.SIGKILL, "postgres")


def isolate(world: World, host: DatabaseHost) -> None:
    host.cut()


def part_databases(world: World, host: DatabaseHost) -> None:
    """Nodes and clients reach it as before."""
    host.cut(other for other in world.databases.hosts if other is not host)


def mend(world: World, host: DatabaseHost) -> None:
    host.mend()


def freeze(world: World, host: DatabaseHost) -> None:
    """As a virtual machine that its host does not run for a while, its watchdog included."""
    host.watchdog.is_broken = True
    host.signal(signal.SIGSTOP)


def thaw(world: World, host: DatabaseHost) -> None:
    host.signal(signal.SIGCONT)
    host.watchdog.is_broken = False


def stop_patroni(world: World, host: DatabaseHost) -> None:
    """The watchdog must end the machine before its lease ends."""
    host.signal(signal.SIGSTOP, "patroni")


def expect_reset(world: World, host: DatabaseHost) -> None:
    assert host.watchdog.resets > 0, f"the watchdog of {host.name} slept"


def split_brain(world: World, host: DatabaseHost) -> None:
    """The worst there is: nobody ends the old primary, and one node knows no other."""
    host.watchdog.is_broken = True
    host.signal(signal.SIGSTOP, "patroni")
    host.cut([*(other for other in world.databases.hosts if other is not host), world.nodes[1]])
    world.nodes[0].cut(other for other in world.databases.hosts if other is not host)


def sleep_deeply(world: World, host: DatabaseHost) -> None:
    """The old primary is left with its standbys until one of them is promoted under its eyes."""
    host.watchdog.is_broken = True
    host.signal(signal.SIGSTOP, "patroni")
    host.cut([world.nodes[1]])


def unite(world: World, host: DatabaseHost) -> None:
    host.signal(signal.SIGCONT, "patroni")
    host.watchdog.is_broken = False
    host.mend()
    world.nodes[0].mend()


FAULTS = {
    each.name: each
    for each in (
        Fault("kill", kill, boot),
        Fault("kill-postgres", kill_postgres, lambda world, host: None, moves_primary=False),
        Fault("isolate", isolate, mend),
        Fault("part", part_databases, mend),
        Fault("freeze", freeze, thaw),
        Fault("stop-patroni", stop_patroni, expect_reset),
        Fault("split-brain", split_brain, unite),
        Fault("sleep", sleep_deeply, unite),
    )
}
