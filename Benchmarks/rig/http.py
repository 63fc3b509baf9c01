"""Verification, liveness and nginx in closed loops of wrk, side by side."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rig.load import Window, wrk
from rig.plan import Plan
from rig.report import Row, number, table, tell, words
from rig.seeding import Seeded
from rig.servers import ALIVE_PATH, GUARD_PATH, STATUS_PATH, Latchkey, MeasuredServer, Nginx, answer

CONNECTIONS = (1, 16, 64)
NGINX_ALIVE = "nginx, as long as alive"
NGINX_STATUS = "nginx, as long as status"
NGINX_GUARD = "nginx, as long as guard"
ALIVE = "alive"
GUARD = "guard"


def status(seeded: Seeded) -> str:
    return f"status, {words(seeded.accounts)} accounts"


class ClosedLoops:
    """All servers stand side by side, and each round measures each of them."""

    def __init__(self, binary: Path, plan: Plan, seeded: list[Seeded], usual: Seeded):
        """`usual` is the size that the bars speak of."""
        self.plan = plan
        self.seeded = seeded
        self.usual = usual
        self.windows: dict[tuple[str, int], list[Window]] = {}
        self.memory: dict[int, float] = {}
        with ExitStack() as stack:
            servers = {one.accounts: stack.enter_context(Latchkey.on(binary, one.data)) for one in seeded}
            server = servers[usual.accounts]
            answers = {
                STATUS_PATH: answer(server.port, STATUS_PATH, usual.token),
                ALIVE_PATH: answer(server.port, ALIVE_PATH),
                GUARD_PATH: answer(server.port, GUARD_PATH, usual.token),
            }
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="latchkey-bench-")))
            nginx = stack.enter_context(Nginx(directory, answers))
            targets: list[tuple[str, MeasuredServer, str, Path]] = [
                (NGINX_ALIVE, nginx, ALIVE_PATH, usual.tokens),
                (ALIVE, server, ALIVE_PATH, usual.tokens),
                (NGINX_GUARD, nginx, GUARD_PATH, usual.tokens),
                (GUARD, server, GUARD_PATH, usual.tokens),
                (NGINX_STATUS, nginx, STATUS_PATH, usual.tokens),
            ]
            targets += [(status(one), servers[one.accounts], STATUS_PATH, one.tokens) for one in seeded]
            self._measure(targets)
            self.memory = {accounts: server.memory() for accounts, server in servers.items()}

    def _measure(self, targets: list[tuple[str, MeasuredServer, str, Path]]) -> None:
        tell("warming up")
        for _, target, path, tokens in targets:
            wrk(target, path, tokens, 64, self.plan.window_seconds)
        for connections in CONNECTIONS:
            for turn in range(self.plan.rounds):
                tell(f"{connections} connections, round {turn + 1} of {self.plan.rounds}")
                for name, target, path, tokens in targets:
                    window = wrk(target, path, tokens, connections, self.plan.window_seconds)
                    self.windows.setdefault((name, connections), []).append(window)

    def cpu_ratio(self, one: str, other: str) -> float:
        """Of server CPU a request, at 64 connections."""
        pairs = zip(self.windows[one, 64], self.windows[other, 64], strict=True)
        return median(mine.cpu_microseconds / theirs.cpu_microseconds for mine, theirs in pairs)

    def rows(self) -> list[Row]:
        smallest = min(self.seeded, key=lambda one: one.accounts)
        largest = max(self.seeded, key=lambda one: one.accounts)
        usual = status(self.usual)
        where = f"server CPU a request, 64 connections, {words(self.usual.accounts)} accounts"
        against_nginx = "against nginx's `return 200` of equal size"
        rows = [
            Row(f"`/guard/auth-request` {against_nginx}", self.cpu_ratio(GUARD, NGINX_GUARD), 2.4, "×", where),
            Row(
                "the same against the constant answer of `/health/alive`",
                self.cpu_ratio(ALIVE, GUARD),
                0.6,
                "×",
                "requests a CPU second",
                at_least=True,
            ),
            Row(f"`/api-token-status` {against_nginx}", self.cpu_ratio(usual, NGINX_STATUS), 6, "×", where),
            Row(f"`/health/alive` {against_nginx}", self.cpu_ratio(ALIVE, NGINX_ALIVE), None, "×", where),
        ]
        if largest.accounts > smallest.accounts:
            rows.append(
                Row(
                    f"verify, {words(largest.accounts)} accounts against {words(smallest.accounts)}",
                    self.cpu_ratio(status(smallest), status(largest)),
                    0.9,
                    "×",
                    "requests a CPU second, 64 connections",
                    at_least=True,
                )
            )
        for accounts, mebibytes in self.memory.items():
            rows.append(Row(f"memory after these loads, {words(accounts)} accounts", mebibytes, None, "MiB"))
        return rows

    def details(self) -> str:
        """A table of all that wrk and the system's clock of CPU time told."""
        lines = []
        for (name, connections), windows in self.windows.items():
            figures = [
                median(window.per_second for window in windows),
                median(window.cpu_microseconds for window in windows),
                median(window.p50 for window in windows),
                median(window.p99 for window in windows),
            ]
            lines.append([name, str(connections), *map(number, figures)])
        return table(["what", "connections", "requests/s", "server CPU a request, µs", "p50, ms", "p99, ms"], lines)
