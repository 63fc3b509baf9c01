"""Whether the time of an answer tells anything of the account: interleaved samples and Welch's t over every pair.

Each kind of sign-in that opens nothing must take as long as every other. A throttled one may be quicker, but not by
whether there is such an account.
"""

import argparse
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from math import sqrt
from pathlib import Path
from statistics import fmean, variance

from rig.servers import Latchkey

BOUND = 4.5
# Below the failures that an account has free, so that nothing is throttled where that is not the subject.
TRIES = 4
PATH = "/api/1.1/wf/api-basic-auth"
PASSWORD = "correct horse battery staple"
GUESS = "another horse battery staple"
# Refused before anything is hashed: what a server would do that returned early for unknown accounts.
PLANT = "x" * 1025


def main() -> int:
    parser = argparse.ArgumentParser(prog="Scripts/timing", description="Compares the times of sign-ins that fail.")
    parser.add_argument("-n", "--samples", type=int, default=2000, help="of each kind")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="of the order")
    parser.add_argument("--plant", action="store_true", help="let unknown accounts return early, and expect to see it")
    parser.add_argument("--binary", type=Path, required=True, help="the server, a release build")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.samples} samples of each kind")
    with tempfile.TemporaryDirectory(prefix="latchkey-timing-") as directory:
        data = Path(directory) / "data"
        kinds = prepare(arguments.binary.resolve(), data, -(-arguments.samples // TRIES))
        settings = {"LATCHKEY_SERVER_TRUSTED_PROXIES": "127.0.0.1", "LATCHKEY_LOG_LEVEL": "error"}
        with Latchkey.on(arguments.binary.resolve(), data, settings) as server:
            worst = max(
                compare("wrong credentials", sample(server.port, kinds, 400, arguments)),
                compare("throttled", sample(server.port, spend(server.port, kinds), 429, arguments)),
            )
    seen = worst >= BOUND
    print(f"the largest |t| is {worst:.1f}, the bound {BOUND}: " + ("a difference" if seen else "no difference"))
    return 0 if seen == arguments.plant else 1


def prepare(binary: Path, data: Path, count: int) -> dict[str, list[str]]:
    """Accounts of every kind, and the names they have."""
    names = {
        kind: [f"{kind}-{number}@example.com" for number in range(count)]
        for kind in ("unknown", "wrong", "disabled", "passwordless")
    }

    def add(name: str) -> None:
        command = [binary, "account", "add", name, "--password-stdin", "--data", data]
        subprocess.run(command, input=PASSWORD, text=True, check=True, capture_output=True)

    first, *others = names["wrong"] + names["disabled"] + names["passwordless"]
    add(first)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, others))
    # Nobody else has the database open now; a command each would take as long again.
    with sqlite3.connect(data / "latchkey.sqlite") as database:
        database.execute("UPDATE account SET status = 'disabled' WHERE email LIKE 'disabled-%'")
        database.execute("UPDATE account SET password_hash = NULL WHERE email LIKE 'passwordless-%'")
    database.close()
    return names


def spend(port: int, kinds: dict[str, list[str]]) -> dict[str, list[str]]:
    """One name of each kind, after so many failures that it stays throttled for as long as samples are taken."""
    chosen = {kind: names[:1] for kind, names in kinds.items()}
    with Client(port) as client:
        for (name,) in chosen.values():
            deadline = time.monotonic() + 120
            while client.failures(name) < 10 and time.monotonic() < deadline:
                time.sleep(0.2)
    return chosen


def sample(
    port: int, kinds: dict[str, list[str]], status: int, arguments: argparse.Namespace
) -> dict[str, list[float]]:
    """Seconds by kind, every round in an order of its own."""
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    order = random.Random(arguments.seed)
    with Client(port) as client:
        for turn in range(arguments.samples):
            for kind in order.sample(list(kinds), len(kinds)):
                names = kinds[kind]
                planted = arguments.plant and kind == "unknown"
                seconds, answered = client.sign_in(names[turn % len(names)], PLANT if planted else GUESS)
                if answered != (400 if planted else status):
                    raise SystemExit(f"{kind}: {answered} in place of {status}")
                times[kind].append(seconds)
    return times


def compare(title: str, times: dict[str, list[float]]) -> float:
    """Prints every pair, and gives the largest |t|: of all samples, and of those without the slowest tenth, which is
    mostly the machine's."""
    print(f"\n{title}: " + ", ".join(f"{kind} {1e3 * fmean(values):.3f} ms" for kind, values in times.items()))
    limit = sorted(value for values in times.values() for value in values)[9 * sum(map(len, times.values())) // 10]
    cropped = {kind: [value for value in values if value <= limit] for kind, values in times.items()}
    worst = 0.0
    for left, right in combinations(times, 2):
        whole, crop = welch(times[left], times[right]), welch(cropped[left], cropped[right])
        print(f"  {left} and {right}: t = {whole:.2f}, {crop:.2f} without the slowest tenth")
        worst = max(worst, abs(whole), abs(crop))
    return worst


def welch(left: list[float], right: list[float]) -> float:
    if min(len(left), len(right)) < 2:
        # The slowest tenth was all of one kind: no statistic is needed for that.
        return float("inf")
    error = sqrt(variance(left) / len(left) + variance(right) / len(right))
    return (fmean(left) - fmean(right)) / error if error else 0.0


class Client:
    """One connection, every request from an address of its own, so that no address is throttled."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = 0
        self.counts: dict[str, int] = {}

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def sign_in(self, name: str, password: str) -> tuple[float, int]:
        self.number += 1
        # Not one /48 of two is the same.
        address = f"fd00:{self.number & 0xFFFF:x}:{self.number >> 16:x}::1"
        credentials = b64encode(f"{name}:{password}".encode()).decode()
        request = (
            f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\n"
            f"Authorization: Basic {credentials}\r\n\r\n"
        ).encode()
        start = time.perf_counter()
        self.socket.sendall(request)
        received = b""
        # Every answer here is an error, whose body ends so.
        while not received.endswith(b'"}'):
            piece = self.socket.recv(65536)
            if not piece:
                raise SystemExit("the server closed the connection")
            received += piece
        return time.perf_counter() - start, int(received.split(None, 2)[1])

    def failures(self, name: str) -> int:
        """How many guesses at this name were tried, after one more."""
        if self.sign_in(name, GUESS)[1] == 400:
            self.counts[name] = self.counts.get(name, 0) + 1
        return self.counts.get(name, 0)


if __name__ == "__main__":
    sys.exit(main())
