"""B: Basic credentials."""

from base64 import b64encode, urlsafe_b64encode

from corpus import BASIC, EMAIL, ENDS, PASSWORD, STAYS, Case
from rig.wire import request


def sent(*values: str, status: int = 400, reason: str | None = "INVALID_DATA", stays: bool = STAYS) -> Case:
    return Case(request("GET", BASIC, [("Authorization", value) for value in values]), status, reason, stays)


def encoded(pair: str | bytes, scheme: str = "Basic") -> str:
    data = pair.encode() if isinstance(pair, str) else pair
    return f"{scheme} {b64encode(data).decode()}"


PAIR = f"{EMAIL}:{PASSWORD}"
GOOD = encoded(PAIR)

CASES = {
    "B1 absent": sent(reason="MISSING_DATA"),
    "B2 the scheme alone": sent("Basic", reason="MISSING_DATA"),
    "B2 the scheme and a space": sent("Basic ", reason="MISSING_DATA"),
    "B3 no Base64": sent("Basic !!!!"),
    "B3 a stray bit": sent("Basic YUBiOmMf="),
    "B4 the other alphabet": sent("Basic " + urlsafe_b64encode(b"a@example.com:\xc3\xbf\xc3\xbe??>>").decode()),
    "B5 a space within": sent(GOOD[:20] + " " + GOOD[20:]),
    "B6 two headers": sent(GOOD, GOOD),
    "B7 no colon": sent(encoded(EMAIL)),
    "B8 an empty e-mail": sent(encoded(":" + PASSWORD), reason="MISSING_DATA"),
    "B9 an empty password": sent(encoded(EMAIL + ":"), reason="MISSING_DATA"),
    "B10 NUL": sent(encoded(PAIR + "\0")),
    "B10 delete": sent(encoded(PAIR + "\x7f")),
    "B11 a line break": sent(encoded(f"{EMAIL}:a\r\nb")),
    "B12 9 KiB": sent(encoded(EMAIL + ":" + "x" * 6912)),
    "B12 a password of 1,025 bytes": sent(encoded(EMAIL + ":" + "x" * 1025)),
    "B13 another scheme": sent("Bearer abc", reason="MISSING_DATA"),
    "B14 schemes in one header": sent(f"Bearer abc, {GOOD}", reason="MISSING_DATA"),
    "B14 credentials in one header": sent(f"{GOOD}, {GOOD}"),
    "B15 the scheme in any letters": sent(encoded(PAIR, "bAsIc"), status=200, reason=None),
    "B16 colons in the password": sent(GOOD, status=200, reason=None),
    "B17 Latin-1": sent(encoded(PAIR.encode("latin-1")), status=200, reason=None),
    "B18 decomposed characters": sent(encoded(PAIR.replace("\u00e9", "e\u0301")), status=200, reason=None),
    "B19 no padding": sent(GOOD.rstrip("="), status=200, reason=None),
    "B20 a form without a body": Case(
        request("POST", BASIC, {"Authorization": GOOD, "Content-Type": "multipart/form-data", "Content-Length": "0"}),
        200,
    ),
    "B21 a lone surrogate in UTF-8": sent(encoded(f"{EMAIL}:".encode() + b"\xed\xa0\x80")),
    "B21 an overlong form of UTF-8": sent(encoded(f"{EMAIL}:".encode() + b"\xc0\xaf")),
    "a wrong password": sent(encoded(f"{EMAIL}:wrong"), reason="INVALID_LOGIN_CREDENTIALS"),
    "nobody": sent(encoded("nobody@example.com:wrong"), reason="INVALID_LOGIN_CREDENTIALS"),
    "no address": sent("Basic dXNlcm5hbWU6cGFzc3dvcmQ=", reason="INVALID_LOGIN_CREDENTIALS"),
    "40 KiB": sent(encoded("x" * 30_720), status=431, reason="HEADERS_TOO_LARGE", stays=ENDS),
}
