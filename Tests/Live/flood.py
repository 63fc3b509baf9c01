"""Sign-ins at a fixed rate, however slowly they are answered."""

import asyncio
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

LOST = 0
ANSWER_SECONDS = 20


@dataclass
class Flood:
    """What became of the requests: how many had which status, `LOST` for no answer, and how late the last was sent."""

    statuses: Counter[int] = field(default_factory=Counter)
    late_seconds: float = 0


def sign_in(path: str, email: str, password: str, address: str | None = None) -> bytes:
    """A whole request on a connection of its own."""
    credentials = b64encode(f"{email}:{password}".encode()).decode()
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", f"Authorization: Basic {credentials}"]
    if address:
        lines.append(f"X-Forwarded-For: {address}")
    return "\r\n".join([*lines, "", ""]).encode()


def flood(port: int, requests: Iterator[bytes], rate: float, seconds: float) -> Flood:
    """Sends `rate` requests a second and returns once all are answered."""
    return asyncio.run(_flood(port, requests, rate, seconds))


async def _flood(port: int, requests: Iterator[bytes], rate: float, seconds: float) -> Flood:
    result = Flood()
    start = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            due = start + number / rate
            await asyncio.sleep(max(0, due - time.monotonic()))
            result.late_seconds = max(result.late_seconds, time.monotonic() - due)
            tasks.create_task(_send(port, next(requests), result))
    return result


async def _send(port: int, request: bytes, result: Flood) -> None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                line = await reader.readline()
                await reader.read()
            finally:
                writer.close()
        result.statuses[int(line.split()[1]) if line else LOST] += 1
    except (OSError, TimeoutError):
        result.statuses[LOST] += 1
