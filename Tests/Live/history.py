"""What clients saw of accounts' tokens: the operations, their recording, and the file of JSON lines.

Docs/consistency.md describes the file for checkers of others' making. No secret is written: a token stands as the
beginning of its SHA-256.
"""

import itertools
import json
import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path

FORMAT = "latchkey-history/1"
# Of an operation that may take effect at any later time.
OPEN = math.inf


class Kind(Enum):
    GENERATE = "generate"  # accepted: `password` was the account's, and it now holds `token`
    REVOKE = "revoke"  # accepted: it held `token` and holds none now
    VERIFY = "verify"  # accepted: it held `token`
    HOLDS = "holds"  # accepted: it held some token
    SET_PASSWORD = "set-password"  # accepted: its password is `password` now, and it holds no token


@dataclass(frozen=True)
class Operation:
    """One request and its answer; `accepted` is none where no answer told.

    Times are nanoseconds of one monotonic clock. What has no answer has the end by which it happened or never will:
    `OPEN`, unless the server was seen dead.
    """

    number: int
    kind: Kind
    start: float
    end: float
    token: str | None = None
    accepted: bool | None = None
    # Passwords of an account are counted from 0, the one it was made with.
    password: int = 0
    process: str = ""
    status: int | None = None

    @property
    def changes(self) -> bool:
        """Whether it changes the account if it happened; else it only tells of its state."""
        return self.accepted is not False and self.kind in (Kind.GENERATE, Kind.REVOKE, Kind.SET_PASSWORD)

    @property
    def tells(self) -> bool:
        """Whether it means anything; a question without an answer does not."""
        return self.accepted is not None or self.changes


def now() -> int:
    """The clock of all times in a history."""
    return time.monotonic_ns()


def digest(token: str) -> str:
    """What stands for a token in a history."""
    return sha256(token.encode()).hexdigest()[:16]


class Recorder:
    """Gathers what any number of threads saw of any number of accounts; `key` names an account."""

    def __init__(self) -> None:
        self.histories: dict[str, list[Operation]] = defaultdict(list)
        self.numbers = itertools.count()
        self.lock = threading.Lock()

    def answered(
        self,
        key: str,
        kind: Kind,
        start: float,
        accepted: bool,
        token: str | None = None,
        *,
        password: int = 0,
        process: str = "",
        status: int | None = None,
    ) -> None:
        """An operation that ends now with a clear answer; `token` is the token itself."""
        self.add(key, kind, start, now(), token, accepted, password, process, status)

    def unanswered(
        self,
        key: str,
        kind: Kind,
        start: float,
        token: str | None = None,
        *,
        password: int = 0,
        process: str = "",
        status: int | None = None,
    ) -> None:
        """An operation without an answer, or with one (5xx) that leaves open whether it had an effect."""
        self.add(key, kind, start, OPEN, token, None, password, process, status)

    def add(
        self,
        key: str,
        kind: Kind,
        start: float,
        end: float,
        token: str | None,
        accepted: bool | None,
        password: int,
        process: str,
        status: int | None,
    ) -> None:
        sign = digest(token) if token else None
        with self.lock:
            self.histories[key].append(
                Operation(next(self.numbers), kind, start, end, sign, accepted, password, process, status)
            )

    @property
    def count(self) -> int:
        """How many operations were recorded."""
        return sum(map(len, list(self.histories.values())))

    def server_died(self, at: float) -> int:
        """Ends what is open, since the only server that could do it was dead by then; gives how many changes."""
        changes = 0
        with self.lock:
            for history in self.histories.values():
                for place, each in enumerate(history):
                    if each.end == OPEN and each.start < at:
                        changes += each.changes
                        history[place] = Operation(**{**vars(each), "end": at})
        return changes

    def write(self, path: Path, **about: object) -> None:
        """Writes the file; `about` goes into its first line."""
        with self.lock:
            lines = [(each.start, key, each) for key, history in self.histories.items() for each in history]
        lines.sort(key=lambda line: line[0])
        with path.open("w") as file:
            print(json.dumps({"format": FORMAT, "time": "ns", **about}), file=file)
            for _, key, each in lines:
                print(json.dumps(encode(key, each), separators=(",", ":")), file=file)


def encode(key: str, operation: Operation) -> dict:
    return {
        "key": key,
        "op": operation.kind.value,
        "process": operation.process,
        "start": operation.start,
        "end": None if operation.end == OPEN else operation.end,
        "outcome": {True: "yes", False: "no", None: "unknown"}[operation.accepted],
        "token": operation.token,
        "password": operation.password,
        "status": operation.status,
    }


def read(lines: Iterable[str]) -> dict[str, list[Operation]]:
    """The histories of a file's lines, by account; a line that is not as described is a ValueError naming it."""
    histories: dict[str, list[Operation]] = defaultdict(list)
    for number, line in enumerate(lines):
        try:
            fields = json.loads(line)
            if "op" in fields:
                histories[fields["key"]].append(decode(number, fields))
            elif number > 0 or fields.get("format") != FORMAT:
                raise ValueError(f"neither an operation nor a first line of the format {FORMAT}")
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number + 1}: {error!r}") from error
    return dict(histories)


def decode(number: int, fields: dict) -> Operation:
    end = fields["end"]
    accepted = {"yes": True, "no": False, "unknown": None}[fields["outcome"]]
    if end is None and accepted is not None:
        raise ValueError("an outcome without an end")
    operation = Operation(
        number,
        Kind(fields["op"]),
        fields["start"],
        OPEN if end is None else end,
        fields.get("token"),
        accepted,
        fields.get("password") or 0,
        fields.get("process") or "",
        fields.get("status"),
    )
    if operation.end < operation.start:
        raise ValueError("it ends before its start")
    return operation
