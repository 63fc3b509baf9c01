"""Plays a large installation through: what a design of so many nodes and shards costs, and what breaks first.

Docs/scale.md says where the unit costs come from; everything else is arithmetic and a simulation of one node's
lookups, event by event. Nothing is measured here, and a seed replays a run.

usage: python3 Benchmarks/scale.py [--accounts N] [--verifications N] [--generations N]
                                   [--shards N] [--nodes N] [--seed N]
"""

import argparse
import heapq
import random
import sys
from dataclasses import dataclass
from statistics import mean


@dataclass(frozen=True)
class Costs:
    """Of one core of the machine that was measured. Seconds and bytes."""

    node_verify: float = 30e-6
    node_generate: float = 17e-3
    database_query: float = 23e-6
    database_row: float = 5e-6
    database_change: float = 354e-6
    account_bytes: float = 667
    event_bytes: float = 173
    log_bytes: float = 1120
    round_trip: float = 500e-6
    session_bytes: float = 10e6
    sessions_of_a_node: int = 6


@dataclass(frozen=True)
class Machine:
    """A plain server of today, and how much of it is planned with."""

    cores: int = 32
    memory: float = 128e9
    log_bytes_per_second: float = 200e6
    sessions: int = 2000
    fill: float = 0.6


@dataclass(frozen=True)
class Load:
    accounts: int
    verifications: float
    generations: float
    events_kept: float = 12


@dataclass
class Lookups:
    """What one node's lookups met: how many shared a query, and how long each took."""

    batch: float
    p50: float
    p99: float


def simulate(rate: float, shards: int, costs: Costs, seed: int, seconds: float = 0.5) -> Lookups:
    """One node, one connection a shard: a batch gathers while the query before it is under way.

    Arrivals are Poisson and go to shards evenly, as account numbers are random. The shard's backend works on one query
    of this node at a time; other nodes have backends of their own on other cores.
    """
    draw = random.Random(seed)
    waiting: list[list[float]] = [[] for _ in range(shards)]
    is_busy = [False] * shards
    ends: list[tuple[float, int, list[float]]] = []
    times, sizes = [], []

    def send(shard: int, now: float) -> None:
        batch, waiting[shard] = waiting[shard], []
        is_busy[shard] = True
        sizes.append(len(batch))
        work = costs.database_query + costs.database_row * len(batch)
        heapq.heappush(ends, (now + costs.round_trip + work, shard, batch))

    arrival = draw.expovariate(rate)
    while arrival < seconds or ends:
        if ends and (arrival >= seconds or ends[0][0] <= arrival):
            now, shard, batch = heapq.heappop(ends)
            times += [now - asked for asked in batch]
            is_busy[shard] = False
            if waiting[shard]:
                send(shard, now)
        else:
            shard = draw.randrange(shards)
            waiting[shard].append(arrival)
            if not is_busy[shard]:
                send(shard, arrival)
            arrival += draw.expovariate(rate)
    times.sort()
    return Lookups(mean(sizes), times[len(times) // 2], times[len(times) * 99 // 100])


@dataclass
class Part:
    """One thing that can be used up, on one machine."""

    name: str
    used: float
    available: float
    unit: str

    @property
    def share(self) -> float:
        return self.used / self.available


def plan(load: Load, shards: int, nodes: int, lookups: Lookups, costs: Costs, machine: Machine) -> list[Part]:
    reads = load.verifications / shards
    changes = load.generations / shards
    node_cores = load.verifications * costs.node_verify + load.generations * costs.node_generate
    shard_cores = reads * (costs.database_query / lookups.batch + costs.database_row) + changes * costs.database_change
    rows = load.accounts / shards * costs.account_bytes
    sessions = nodes * costs.sessions_of_a_node
    cores = machine.cores * machine.fill
    return [
        Part("a node's cores", node_cores / nodes, cores, "cores"),
        Part("a shard's cores", shard_cores, cores, "cores"),
        Part(
            "a shard's memory: accounts and sessions",
            (rows + sessions * costs.session_bytes) / 1e9,
            machine.memory * machine.fill / 1e9,
            "GB",
        ),
        Part("a shard's sessions", sessions, machine.sessions, "sessions"),
        Part("a shard's log", changes * costs.log_bytes / 1e6, machine.log_bytes_per_second / 1e6, "MB/s"),
    ]


def imbalance(accounts: int, shards: int, seed: int) -> float:
    """How much more than its share the fullest of 1,024 buckets' shards holds, buckets dealt out in turn."""
    draw = random.Random(seed)
    buckets = 1024
    expected = accounts / buckets
    # A count of random numbers that fall into a bucket is close to a normal draw at these sizes.
    filled = [draw.gauss(expected, expected**0.5) for _ in range(buckets)]
    loads = [sum(filled[shard::shards]) for shard in range(shards)]
    return max(loads) / (accounts / shards)


def fewest(load: Load, costs: Costs, machine: Machine, seed: int) -> tuple[int, int]:
    """The fewest shards and nodes of which nothing is used up."""
    work = load.verifications * costs.node_verify + load.generations * costs.node_generate
    nodes = max(2, -int(-work // (machine.cores * machine.fill)))
    shards = 1
    while shards < 1024:
        lookups = simulate(load.verifications / nodes, shards, costs, seed, seconds=0.1)
        if all(part.share <= 1 for part in plan(load, shards, nodes, lookups, costs, machine)[1:]):
            break
        shards += 1
    return shards, nodes


def report(load: Load, shards: int | None, nodes: int | None, seed: int) -> None:
    costs, machine = Costs(), Machine()
    least_shards, least_nodes = fewest(load, costs, machine, seed)
    shards, nodes = shards or least_shards, nodes or least_nodes
    lookups = simulate(load.verifications / nodes, shards, costs, seed)
    parts = plan(load, shards, nodes, lookups, costs, machine)
    print(f"\n{load.accounts:,} accounts; {load.verifications:,.0f} verified/s, {load.generations:,.0f} generated/s")
    print(f"  {nodes} nodes, {shards} shards, {nodes * costs.sessions_of_a_node} sessions a shard")
    print(
        f"  {lookups.batch:.1f} lookups share a query, p50 {lookups.p50 * 1e3:.2f} ms, p99 {lookups.p99 * 1e3:.2f} ms"
    )
    fullest = (imbalance(load.accounts, shards, seed) - 1) * 100
    print(f"  the fullest shard holds {fullest:.1f} % more than its share; a shard's failover pauses {1 / shards:.0%}")
    stored = load.accounts * (costs.account_bytes + load.events_kept * costs.event_bytes) / 1e12
    print(f"  {stored:.2f} TB over all shards, one copy")
    for part in sorted(parts, key=lambda part: -part.share):
        print(f"  {part.share:6.1%}  {part.name}: {part.used:,.1f} of {part.available:,.1f} {part.unit}")
    print(f"  breaks first: {max(parts, key=lambda part: part.share).name}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="Benchmarks/scale.py", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--accounts", type=int)
    parser.add_argument("--verifications", type=float, default=1e6)
    parser.add_argument("--generations", type=float, help="a second; 1 to 1,000 verifications unless given")
    parser.add_argument("--shards", type=int)
    parser.add_argument("--nodes", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.accounts:
        generations = arguments.generations or arguments.verifications / 1000
        loads = [Load(arguments.accounts, arguments.verifications, generations)]
    else:
        loads = [
            Load(1_000_000, 1e3, 1),
            Load(10_000_000, 1e4, 10),
            Load(100_000_000, 1e5, 100),
            Load(1_000_000_000, 1e6, 1000),
        ]
    for load in loads:
        report(load, arguments.shards, arguments.nodes, arguments.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
