"""More sign-ins than there are hashes for: what leaves the server, what it takes, and how soon it is well again."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

from flood import flood, sign_in
from rig.commands import Commands
from rig.server import BASE_PATH, Server
from rig.tokens import generate, opens
from rig.tokens import sign_in as answer_to
from rig.waiting import wait_until

PASSWORD = "correct horse battery staple"
HASH_MEBIBYTES = 19
FLOOD_SECONDS = 4
RECOVERY_SECONDS = 5


def memory(server: Server, field: str) -> float:
    """MiB."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise AssertionError(field)


def test_three_times_the_capacity_is_answered_or_turned_away(launch: Callable[..., Server], binary: Path) -> None:
    server = launch(settings={"LATCHKEY_SERVER_TRUSTED_PROXIES": "127.0.0.1", "LATCHKEY_PASSWORDS_HASH_THREADS": "1"})
    commands = Commands(binary, server.data)
    accounts = [commands.add_account(f"tester-{number}@example.com", PASSWORD) for number in range(8)]
    tokens = [generate(server, account.email, PASSWORD) for account in accounts[4:]]
    start = time.monotonic()
    for account in accounts[:4]:
        generate(server, account.email, PASSWORD)
    capacity = 4 / (time.monotonic() - start)
    idle = memory(server, "VmRSS")

    path = f"{BASE_PATH}/api-basic-auth"
    right = [sign_in(path, account.email, PASSWORD) for account in accounts[:4]]
    wrong = (
        sign_in(path, f"nobody-{number}@example.com", "a guess", f"198.{18 + number // 256}.{number % 256}.1")
        for number in itertools.count()
    )
    requests = itertools.chain.from_iterable(zip(itertools.cycle(right), itertools.cycle(right[1:]), wrong))
    # A slow machine's capacity is low, and the queue has to fill.
    seen = flood(server.address[1], requests, max(3 * capacity, 60), FLOOD_SECONDS)
    assert set(seen.statuses) <= {200, 400, 429, 503}, seen
    assert seen.statuses[200] > 0, seen
    assert seen.statuses[503] > 0, seen
    assert memory(server, "VmHWM") <= idle + HASH_MEBIBYTES + 64
    wait_until(
        lambda: answer_to(server, accounts[0].email, PASSWORD).status_code == 200,
        RECOVERY_SECONDS,
        "a sign-in succeeds after the flood",
    )
    assert all(opens(server, token) for token in tokens)
