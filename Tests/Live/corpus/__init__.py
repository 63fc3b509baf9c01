"""Malformed and merely odd input, as data: what is sent, what must be answered, and whether the connection stays.

The numbers are those of the threat model: F framing, M multipart, B Basic, T bearer tokens, J JSON. A framing fault is
answered and the connection ends; a fault of the content is answered and the connection goes on.
"""

from dataclasses import dataclass

from rig.server import BASE_PATH

# One account whose credentials are as awkward as they may be: colons, a letter that Latin-1 and both normal forms
# of Unicode write differently, and what looks like a boundary.
EMAIL = "corpus@example.com"
PASSWORD = "first:second:caf\u00e9 ------latchke--"

GENERATE = BASE_PATH + "/api-token-generate"
BASIC = BASE_PATH + "/api-basic-auth"
STATUS = BASE_PATH + "/api-token-status"
HOST = b"Host: localhost\r\n"

STAYS, ENDS = True, False


@dataclass(frozen=True)
class Case:
    """`request` is everything that is sent; a `status` of 200 has no reason."""

    request: bytes
    status: int
    reason: str | None = None
    stays: bool = STAYS
    # The client closes its side after the request.
    closes: bool = False
    # Until the answer, where the server has to wait for more.
    seconds: float = 3


def post(fields: bytes, body: bytes = b"", target: str = GENERATE) -> bytes:
    """A POST with the fields in question and no others but Host and a type that takes almost any body."""
    kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
    return f"POST {target} HTTP/1.1\r\n".encode() + HOST + kind + fields + b"\r\n\r\n" + body


def get(fields: bytes = b"", target: str = STATUS, version: bytes = b"HTTP/1.1", host: bytes = HOST) -> bytes:
    return f"GET {target} ".encode() + version + b"\r\n" + host + fields + b"\r\n"
