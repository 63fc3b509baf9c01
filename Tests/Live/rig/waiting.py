"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable

INTERVAL = 0.01
# How late a deadline of the server may be noticed on a busy machine.
LATE = 8


def wait_until(condition: Callable[[], object], seconds: float, what: str, interval: float = INTERVAL) -> None:
    """Returns once the condition holds; a condition that does not hold in time is an AssertionError naming `what`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(interval)
