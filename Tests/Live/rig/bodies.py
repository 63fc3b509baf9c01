"""Bodies as clients write them."""

import json
from base64 import b64encode
from urllib.parse import urlencode

MULTIPART = "multipart/form-data; boundary=----latchkey"
URL_ENCODED = "application/x-www-form-urlencoded"
JSON = "application/json"


def part(name: str, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return f'------latchkey\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + data + b"\r\n"


def multipart(*fields: tuple[str, str | bytes]) -> bytes:
    """A body for the type `MULTIPART`."""
    return b"".join(part(name, value) for name, value in fields) + b"------latchkey--\r\n"


def url_encoded(*fields: tuple[str, str]) -> bytes:
    return urlencode(fields).encode()


def json_object(*fields: tuple[str, object]) -> bytes:
    return json.dumps(dict(fields)).encode()


def chunked(body: bytes, size: int = 40) -> bytes:
    """The body in the chunked coding, in pieces as axios sends them."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def basic(user: str, password: str, encoding: str = "utf-8") -> str:
    """The value of an `Authorization` header."""
    return "Basic " + b64encode(f"{user}:{password}".encode(encoding)).decode()
