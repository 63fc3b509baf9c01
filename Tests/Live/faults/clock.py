"""Clocks that step: expiry goes by the database's clock, and no dead token comes back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from faults.deployment import Deployment, on_postgres, on_sqlite
from faults.run import Outcome, Run
from rig.tokens import sign_in, status

LIFETIME = 3600
YEAR = 400 * 86400
LIBRARIES = Path("/usr/lib")


class Clock:
    """A clock that stands so many seconds off the true one, for the processes that are started under it."""

    def __init__(self, directory: Path, name: str):
        self.file = directory / f"clock-{name}"
        self.offset = 0
        self.step_to(0)
        library = next(iter(LIBRARIES.glob("*/faketime/libfaketimeMT.so.1")), None)
        assert library, "libfaketime is not installed: run Scripts/install-dependencies faults"
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def launcher(self, binary: Path) -> Path:
        """A program that starts the binary under this clock."""
        program = self.file.with_suffix(".sh")
        exports = "\n".join(f"export {name}='{value}'" for name, value in self.environment.items())
        # The library moves the environment of the first process under it, and Swift finds its arguments by where that
        # lies: let the first process be `env`.
        program.write_text(f'#!/bin/sh\n{exports}\nexec env "{binary}" "$@"\n')
        program.chmod(0o755)
        return program

    def step_to(self, offset: int) -> None:
        """From the next reading on."""
        self.offset = offset
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{offset:+d}\n")
        fresh.chmod(0o644)
        fresh.rename(self.file)


def of_a_node(run: Run) -> Outcome:
    """The node's clock is the database's."""
    clock = Clock(run.directory, "node")
    settings = {"LATCHKEY_TOKENS_LIFETIME": f"{LIFETIME}s"}
    launchers = [clock.launcher(run.binary)]
    deployment = on_sqlite(run.binary, run.directory, accounts=1, settings=settings, launchers=launchers)
    return judge(deployment, clock, run, lambda: None)


def of_postgres(run: Run) -> Outcome:
    """PostgreSQL's clock steps; those of the nodes are wrong all the time, and tell nothing."""
    clock = Clock(run.directory, "postgres")
    nodes = [Clock(run.directory, f"node-{number}") for number in range(2)]
    randomness = random.Random(run.seed)

    def mislead() -> None:
        for node in nodes:
            node.step_to(randomness.choice([-1, 1]) * randomness.randrange(YEAR))

    deployment = on_postgres(
        run.binary,
        run.directory,
        accounts=1,
        nodes=2,
        settings={"LATCHKEY_TOKENS_LIFETIME": f"{LIFETIME}s"},
        environment=clock.environment,
        launchers=[node.launcher(run.binary) for node in nodes],
    )
    return judge(deployment, clock, run, mislead)


def judge(deployment: Deployment, clock: Clock, run: Run, mislead: Callable[[], None]) -> Outcome:
    randomness = random.Random(run.seed)
    outcome = Outcome()
    account = deployment.records[0].account
    replaced: list[str] = []
    turns = run.count(100, 10)

    def accepts(token: str) -> list[bool]:
        mislead()
        answers = [status(node.server, token) for node in deployment.nodes]
        codes = [answer.status_code for answer in answers]
        outcome.require(set(codes) <= {200, 401}, f"verify answered {codes} at {clock.offset:+d} s")
        return [code == 200 for code in codes]

    try:
        for turn in range(turns):
            made_at = clock.offset
            mislead()
            start = time.monotonic()
            answer = sign_in(deployment.nodes[turn % len(deployment.nodes)].server, account.email, account.password)
            fields = answer.json().get("response", {})
            outcome.require(fields.get("expires") == LIFETIME, f"generate answered {answer.status_code} {fields}")
            token = fields["token"]
            # Expiry is exact to the second; what the test itself took is the rest.
            for life in sorted(randomness.sample(range(1, LIFETIME - 1), 2)) + [LIFETIME - 1, LIFETIME + 1]:
                clock.step_to(made_at + life)
                took = time.monotonic() - start
                lives = life + took < LIFETIME
                if lives or life > LIFETIME:
                    found = accepts(token)
                    near = life < LIFETIME < life + time.monotonic() - start
                    wanted = f"{life} s of {LIFETIME} after its generation the token is accepted: {found}"
                    outcome.require(near or found == [lives] * len(found), wanted)
            clock.step_to(randomness.choice([-1, 1]) * randomness.randrange(YEAR))
            for old in replaced[-3:]:
                outcome.require(not any(accepts(old)), f"a replaced token is accepted at {clock.offset:+d} s")
            replaced.append(token)
        outcome.tell(f"{turns} tokens over {4 * turns} steps of the clock by up to 400 days")
        codes = deployment.stop()
        outcome.require(not any(codes), f"the nodes ended with {codes}")
        return outcome
    finally:
        deployment.end()
