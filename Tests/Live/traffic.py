"""Clients that generate, revoke and verify tokens of one account and record what they saw."""

import http.client
import itertools
import json
import random
import threading
import time
from base64 import b64encode
from urllib.parse import urlencode

from history import Kind, Operation
from rig.commands import Account
from rig.server import BASE_PATH, Server

REQUEST_SECONDS = 30
# Old tokens stay in play, so that one that comes back to life is seen.
RECENT = 6


class Record:
    """What all clients of one account saw."""

    def __init__(self, account: Account):
        self.account = account
        self.operations: list[Operation] = []
        self.unanswered: list[tuple[int, Kind, float, str | None]] = []
        self.tokens: list[str] = []
        self.surprises: list[str] = []
        self.numbers = itertools.count()
        self.lock = threading.Lock()

    def answered(self, kind: Kind, start: float, accepted: bool | None, token: str | None = None) -> None:
        """An operation that ends now; one whose answer leaves its effect open has no `accepted`."""
        with self.lock:
            self.operations.append(Operation(next(self.numbers), kind, start, time.monotonic(), token, accepted))
            if kind is Kind.GENERATE and accepted:
                self.tokens.append(token)

    def cut_off(self, kind: Kind, start: float, token: str | None) -> None:
        """An operation whose answer never came: it ends when the server is seen dead."""
        with self.lock:
            self.unanswered.append((next(self.numbers), kind, start, token))

    def server_died(self, at: float) -> int:
        """Closes what was cut off, and says how many changes that left open."""
        changes = sum(kind is not Kind.VERIFY for _, kind, _, _ in self.unanswered)
        for number, kind, start, token in self.unanswered:
            self.operations.append(Operation(number, kind, start, at, token, None))
        self.unanswered = []
        return changes


class Client:
    """One connection that uses one account; several run at once."""

    def __init__(self, server: Server, record: Record, randomness: random.Random):
        self.connection = http.client.HTTPConnection(*server.address, timeout=REQUEST_SECONDS)
        self.connection.connect()
        self.record = record
        self.randomness = randomness

    def sign_in_and_out(self, stop: threading.Event) -> None:
        """Mostly generates, by either endpoint, and now and then revokes a recent token."""
        self.repeat(stop, lambda: self.revoke() if self.record.tokens and self.chance(0.3) else self.generate())

    def verify_recent(self, stop: threading.Event) -> None:
        self.repeat(stop, lambda: self.verify(self.recent_token()) if self.record.tokens else stop.wait(0.01))

    def repeat(self, stop: threading.Event, step) -> None:
        try:
            while not stop.is_set():
                step()
        except (OSError, http.client.HTTPException):
            # The server is dead; what was under way is recorded.
            pass
        finally:
            self.connection.close()

    def generate(self) -> None:
        email, password = self.record.account.email, self.record.account.password
        if self.chance(0.5):
            form = urlencode({"email": email, "password": password})
            request = ("/api-token-generate", form, {"Content-Type": "application/x-www-form-urlencoded"})
        else:
            encoded = b64encode(f"{email}:{password}".encode()).decode()
            request = ("/api-basic-auth", "", {"Authorization": f"Basic {encoded}"})
        start, status, body = self.send(Kind.GENERATE, None, *request)
        if status == 200:
            self.record.answered(Kind.GENERATE, start, True, body["response"]["token"])
        elif status == 503:
            self.record.answered(Kind.GENERATE, start, None)
        else:
            self.record.surprises.append(f"generate: {status} {body}")

    def revoke(self) -> None:
        token = self.recent_token()
        start, status, body = self.send(Kind.REVOKE, token, "/api-token-revoke", "", bearer(token))
        self.judge(Kind.REVOKE, token, start, status, body)

    def verify(self, token: str) -> None:
        start, status, body = self.send(Kind.VERIFY, token, "/api-token-status", "", bearer(token))
        self.judge(Kind.VERIFY, token, start, status, body)

    def judge(self, kind: Kind, token: str, start: float, status: int, body: dict) -> None:
        if status in (200, 401, 503):
            self.record.answered(kind, start, {200: True, 401: False, 503: None}[status], token)
        else:
            self.record.surprises.append(f"{kind.value}: {status} {body}")

    def send(self, kind: Kind, token: str | None, path: str, body: str, headers: dict) -> tuple[float, int, dict]:
        """Sends a POST and gives when it began, its status and its body; one that is cut off is recorded so."""
        start = time.monotonic()
        try:
            self.connection.request("POST", BASE_PATH + path, body, headers)
            answer = self.connection.getresponse()
            return start, answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.record.cut_off(kind, start, token)
            raise

    def recent_token(self) -> str:
        """The newest token as often as all the other recent ones."""
        tokens = self.record.tokens
        return tokens[-1] if self.chance(0.5) else self.randomness.choice(tokens[-RECENT:])

    def chance(self, probability: float) -> bool:
        return self.randomness.random() < probability


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
