"""M: forms."""

from corpus import EMAIL, GENERATE, PASSWORD, Case
from rig.bodies import JSON, MULTIPART, URL_ENCODED, json_object, multipart, part, url_encoded
from rig.wire import request

CLOSE = b"------latchkey--\r\n"


def sent(content_type: str, body: bytes, status: int = 400, reason: str | None = "INVALID_DATA") -> Case:
    return Case(request("POST", GENERATE, {"Content-Type": content_type}, body), status, reason)


def works(content_type: str, body: bytes) -> Case:
    return sent(content_type, body, 200, None)


def both(email: str | bytes = EMAIL, password: str | bytes = PASSWORD) -> bytes:
    return multipart(("email", email), ("password", password))


def bounded(boundary: str, body: bytes | None = None) -> Case:
    return sent("multipart/form-data" + boundary, both() if body is None else body)


def disposed(header: bytes, body: bytes = EMAIL.encode()) -> bytes:
    """The form with other header lines on the e-mail's part."""
    return b"------latchkey\r\n" + header + b"\r\n\r\n" + body + b"\r\n" + part("password", PASSWORD) + CLOSE


NAMED = b'Content-Disposition: form-data; name="email"'

CASES = {
    "M1 no boundary": bounded(""),
    "M2 an empty boundary": bounded("; boundary="),
    "M2 an empty boundary in quotes": bounded('; boundary=""'),
    "M3 a boundary of 71 characters": bounded("; boundary=" + "b" * 71, both().replace(b"----latchkey", b"b" * 71)),
    "M4 a boundary of 252 characters": bounded("; boundary=" + "b" * 252, both().replace(b"----latchkey", b"b" * 252)),
    "M5 a boundary of illegal characters": bounded("; boundary=a@b", both().replace(b"----latchkey", b"a@b")),
    "M5 a quoted boundary of illegal characters": bounded(
        '; boundary="a\\"b"', both().replace(b"----latchkey", b'a"b')
    ),
    "M6 two boundaries": sent(MULTIPART + "; boundary=x", both()),
    "M7 no closing delimiter": sent(MULTIPART, both().removesuffix(CLOSE)),
    "M8 bare line feeds": sent(MULTIPART, both().replace(b"\r\n", b"\n")),
    "M9 no empty line": sent(MULTIPART, both().replace(b"\r\n\r\n", b"\r\n")),
    "M10 no Content-Disposition": sent(MULTIPART, disposed(b"X: y")),
    "M11 no name": sent(MULTIPART, disposed(b"Content-Disposition: form-data")),
    "M12 the e-mail twice": sent(MULTIPART, part("email", EMAIL) + both()),
    "M13 the password twice": sent(MULTIPART, part("password", PASSWORD) + both()),
    "M14 no e-mail": sent(MULTIPART, multipart(("password", PASSWORD)), reason="MISSING_DATA"),
    "M14 no password": sent(MULTIPART, multipart(("email", EMAIL)), reason="MISSING_DATA"),
    "M14 no parts": sent(MULTIPART, CLOSE, reason="MISSING_DATA"),
    "M14 nothing at all": sent(URL_ENCODED, b"", reason="MISSING_DATA"),
    "M14 no e-mail, urlencoded": sent(URL_ENCODED, url_encoded(("password", PASSWORD)), reason="MISSING_DATA"),
    "M14 no password, urlencoded": sent(URL_ENCODED, url_encoded(("email", EMAIL)), reason="MISSING_DATA"),
    "M15 an empty e-mail": sent(MULTIPART, both(email=""), reason="MISSING_DATA"),
    "M15 an empty password": sent(MULTIPART, both(password=""), reason="MISSING_DATA"),
    "M15 an empty password, urlencoded": sent(
        URL_ENCODED, url_encoded(("email", EMAIL), ("password", "")), reason="MISSING_DATA"
    ),
    "M16 65 parts": sent(MULTIPART, b"".join(part(f"p{n}", "x") for n in range(63)) + both()),
    "M16 64 parts": works(MULTIPART, b"".join(part(f"p{n}", "x") for n in range(62)) + both()),
    "M17 a part's header of 9 KiB": sent(MULTIPART, disposed(NAMED + b"\r\nX: " + b"y" * 9216)),
    "M18 multipart within multipart": sent(
        MULTIPART,
        disposed(
            NAMED + b"\r\nContent-Type: multipart/mixed; boundary=x", b"--x\r\n\r\n" + EMAIL.encode() + b"\r\n--x--"
        ),
    ),
    "M19 an extended name": sent(MULTIPART, disposed(b"Content-Disposition: form-data; name*=UTF-8''ema%zzil")),
    "M19 an extended file name": sent(MULTIPART, disposed(NAMED + b"; filename*=UTF-8''%zz")),
    "M20 a value that is not UTF-8": sent(MULTIPART, both(password=b"abc\xff")),
    "M20 an overlong form of UTF-8": sent(MULTIPART, both(password=b"abc\xc0\xaf")),
    "M20 not UTF-8, urlencoded": sent(URL_ENCODED, b"email=a%40b.cd&password=a%ff"),
    "M20 bad percent, urlencoded": sent(URL_ENCODED, b"email=a%4&password=abc"),
    "M21 NUL in the password": sent(MULTIPART, both(password="a\0b")),
    "M21 NUL in the password, urlencoded": sent(URL_ENCODED, b"email=a%40b.cd&password=a%00b"),
    "M22 a control character in the e-mail": sent(MULTIPART, both(email="a\x07@example.com")),
    "M22 a line break in the e-mail": sent(MULTIPART, both(email="a@example.com\r\nbcc: b")),
    "M23 a transfer encoding": sent(MULTIPART, disposed(NAMED + b"\r\nContent-Transfer-Encoding: base64")),
    "M24 a file for the e-mail": sent(MULTIPART, disposed(NAMED + b'; filename="a"')),
    "M25 another character set": sent(MULTIPART, part("_charset_", "utf-16") + both()),
    "M26 a preamble and an epilogue": works(MULTIPART, b"This is no part.\r\n" + both() + b"Nor is this."),
    "M27 what looks like a boundary in a value": works(
        MULTIPART, multipart(("x", "a\r\n------latchke--"), ("email", EMAIL), ("password", PASSWORD))
    ),
    "M28 a quoted boundary": works('multipart/form-data; boundary="----latchkey"', both()),
    "M28 a quoted boundary with a space": works(
        'multipart/form-data; boundary="a b"', both().replace(b"----latchkey", b"a b")
    ),
    "M29 an unknown field": works(MULTIPART, part("remember", "1") + both()),
    "M29 an unknown file": works(MULTIPART, part('f"; filename="a', b"\0\xff") + both()),
    "M29 an unknown field twice, urlencoded": works(
        URL_ENCODED, url_encoded(("a", ""), ("email", EMAIL), ("password", PASSWORD), ("a", ""))
    ),
    "M30 names in other letters": sent(
        MULTIPART, multipart(("Email", EMAIL), ("Password", PASSWORD)), reason="MISSING_DATA"
    ),
    "M30 names in other letters, urlencoded": sent(
        URL_ENCODED, url_encoded(("EMAIL", EMAIL), ("password", PASSWORD)), reason="MISSING_DATA"
    ),
    "M31 text": sent("text/plain", both(), 415, "UNSUPPORTED_MEDIA_TYPE"),
    "M31 XML": sent("application/xml", both(), 415, "UNSUPPORTED_MEDIA_TYPE"),
    "M31 another multipart": sent("multipart/mixed; boundary=----latchkey", both(), 415, "UNSUPPORTED_MEDIA_TYPE"),
    "M31 almost JSON": sent(
        "application/jsonp", json_object(("email", EMAIL), ("password", PASSWORD)), 415, "UNSUPPORTED_MEDIA_TYPE"
    ),
    "M31 no type at all": sent("nonsense", both(), 415, "UNSUPPORTED_MEDIA_TYPE"),
    "M32 a password of 1,025 bytes": sent(MULTIPART, both(password="x" * 1025)),
    "M32 a password of 1,025 bytes, urlencoded": sent(
        URL_ENCODED, url_encoded(("email", EMAIL), ("password", "x" * 1025))
    ),
    "M32 a password of 1,025 bytes, JSON": sent(JSON, json_object(("email", EMAIL), ("password", "x" * 1025))),
    "M32 a password of 1,024 bytes": sent(MULTIPART, both(password="x" * 1024), reason="INVALID_LOGIN_CREDENTIALS"),
    "M33 16 KiB of near-boundaries": sent(
        MULTIPART, b"------latchkey\r\n" + NAMED + b"\r\n\r\n" + b"\r\n------latchke" * 1000
    ),
    "M34 the password first": works(MULTIPART, multipart(("password", PASSWORD), ("email", EMAIL))),
    "the e-mail twice, urlencoded": sent(URL_ENCODED, b"email=a%40b.cd&email=a%40b.cd&password=abc"),
}
