"""Faults that are inflicted for a while and then healed, and the seeded order in which they come."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from faults.deployment import Deployment, send
from faults.link import Mode

# What a fault leaves to be done when its time is over.
Heal = Callable[[], None]
Inflict = Callable[[Deployment, "Fault"], Heal]


@dataclass(frozen=True)
class Fault:
    """One fault of a run, all of it decided by the seed."""

    name: str
    node: int
    after: float
    seconds: float
    delay: float

    def __str__(self) -> str:
        return f"{self.name} (node {self.node}) for {self.seconds:.2f} s, {self.after:.2f} s after the last"


def kill_node(deployment: Deployment, fault: Fault) -> Heal:
    node = deployment.nodes[fault.node]
    deployment.kill_node(node)
    return lambda: deployment.restart_node(node)


def pause_node(deployment: Deployment, fault: Fault) -> Heal:
    process = deployment.nodes[fault.node].server.process.pid
    send([process], signal.SIGSTOP)
    return lambda: send([process], signal.SIGCONT)


def kill_postmaster(deployment: Deployment, fault: Fault) -> Heal:
    deployment.postgres.kill(everything=False)
    return deployment.postgres.start


def kill_postgres(deployment: Deployment, fault: Fault) -> Heal:
    deployment.postgres.kill(everything=True)
    return deployment.postgres.start


def pause_postgres(deployment: Deployment, fault: Fault) -> Heal:
    processes = deployment.postgres.processes()
    send(processes, signal.SIGSTOP)
    return lambda: send(processes, signal.SIGCONT)


def change_link(mode: Mode, *, is_slow: bool = False) -> Inflict:
    def inflict(deployment: Deployment, fault: Fault) -> Heal:
        link = deployment.links[fault.node]
        link.become(mode, fault.delay if is_slow else 0)
        return lambda: link.become(Mode.OPEN)

    return inflict


ON_SQLITE: dict[str, Inflict] = {"kill-node": kill_node, "pause-node": pause_node}
ON_POSTGRES: dict[str, Inflict] = {
    **ON_SQLITE,
    "kill-postmaster": kill_postmaster,
    "kill-postgres": kill_postgres,
    "pause-postgres": pause_postgres,
    "sever-link": change_link(Mode.SEVERED),
    "silence-link": change_link(Mode.SILENT),
    "half-open-link": change_link(Mode.HALF_OPEN),
    "delay-link": change_link(Mode.OPEN, is_slow=True),
}


def schedule(seed: int, rounds: int, nodes: int, names: list[str]) -> Iterator[list[Fault]]:
    """In each round each kind of fault once, in any order."""
    randomness = random.Random(seed)
    for _ in range(rounds):
        yield [
            Fault(
                name,
                randomness.randrange(nodes),
                after=randomness.uniform(0.2, 1.5),
                # Some are shorter than what a node waits for, some longer.
                seconds=randomness.choice([0.1, 1, 3]) * randomness.uniform(0.5, 1.5),
                delay=randomness.choice([0.02, 0.5, 2.5]),
            )
            for name in randomness.sample(names, len(names))
        ]
