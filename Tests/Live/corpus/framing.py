"""F: messages that two readers could take for different ones, and those over a limit."""

from corpus import ENDS, GENERATE, HOST, STATUS, STAYS, Case, get, post
from rig.bodies import chunked

# What an attacker hides behind a message that one reader ends earlier than another: a whole request of its own, or the
# beginning of one that takes what the next client sends for its rest.
WHOLE = b"GET /smuggled HTTP/1.1\r\nHost: smuggled\r\n\r\n"
OPEN = b"POST /smuggled HTTP/1.1\r\nHost: smuggled\r\nContent-Length: 120\r\n\r\n"
REST = b"x" * 116 + b"\r\n\r\n" + b"GET /end HTTP/1.1\r\nHost: end\r\nConnection: close\r\n\r\n"
LAST = b"0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"


def chunk(content: bytes) -> bytes:
    return b"%x\r\n" % len(content) + content + b"\r\n"


def length(body: bytes, before: bytes = b"Content-Length: ") -> bytes:
    return before + str(len(body)).encode()


def refused(request: bytes, status: int = 400, reason: str = "INVALID_DATA", **more: object) -> Case:
    return Case(request, status, reason, ENDS, **more)


def ambiguous(hidden: bytes) -> dict[str, Case]:
    size = len(hidden)
    return {
        "F1 a length and chunks": refused(post(length(LAST + hidden) + b"\r\n" + CHUNKED, LAST + hidden)),
        "F1 chunks and a length": refused(post(CHUNKED + b"\r\nContent-Length: 4", chunk(hidden) + LAST)),
        "F2 two lengths": refused(post(b"Content-Length: 0\r\n" + length(hidden), hidden)),
        "F2 the same length twice": refused(post(b"Content-Length: 3\r\nContent-Length: 3", b"abc" + hidden)),
        "F3 a list of lengths": refused(post(b"Content-Length: 3, 3", b"abc" + hidden)),
        "F3 a list of two lengths": refused(post(b"Content-Length: 0, %d" % size, hidden)),
        "F4 a length with a plus": refused(post(b"Content-Length: +%d" % size, hidden)),
        "F5 a negative length": refused(post(b"Content-Length: -1", hidden)),
        "F6 a length of 2^64": refused(post(b"Content-Length: 18446744073709551616", hidden)),
        "F6 a length of 2^64 and a little": refused(post(b"Content-Length: %d" % (2**64 + size), hidden)),
        "F7 a hexadecimal length": refused(post(b"Content-Length: 0x%x" % size, hidden)),
        "F8 a space before the colon of a length": refused(post(b"Content-Length : %d" % size, hidden)),
        "F8 a space before the colon of a coding": refused(post(b"Transfer-Encoding : chunked", LAST + hidden)),
        "F9 a coding that ends in chunked": refused(post(b"Transfer-Encoding: xchunked", LAST + hidden)),
        "F9 a quoted coding": refused(post(b'Transfer-Encoding: "chunked"', LAST + hidden)),
        "F9 a coding after a vertical tab": refused(post(b"Transfer-Encoding: \x0bchunked", LAST + hidden)),
        "F10 chunked, then identity": refused(post(b"Transfer-Encoding: chunked, identity", LAST + hidden)),
        "F11 chunked twice": refused(post(b"Transfer-Encoding: chunked, chunked", LAST + hidden)),
        "F11 chunked in two fields": refused(post(CHUNKED + b"\r\n" + CHUNKED, LAST + hidden)),
        "F12 gzip, then chunked": refused(
            post(b"Transfer-Encoding: gzip, chunked", LAST + hidden), 501, "NOT_IMPLEMENTED"
        ),
        "F13 chunks in HTTP/1.0": refused(post(CHUNKED, LAST + hidden).replace(b"HTTP/1.1", b"HTTP/1.0", 1)),
        "F14 bare line feeds": refused(get().replace(b"\r\n", b"\n") + hidden),
        "F14 a bare line feed after the request line": refused(get().replace(b"\r\n", b"\n", 1)),
        "F14 a bare line feed after a field": refused(get(b"X: y\nContent-Length: %d\r\n" % size) + hidden),
        "F14 a bare line feed as the empty line": refused(get()[:-2] + b"\n" + hidden),
        "F14 a bare line feed after a chunk's size": refused(post(CHUNKED, b"%x\n" % size + hidden + b"\r\n" + LAST)),
        "F14 a bare line feed in a chunk's extension": refused(
            post(CHUNKED, b"%x;a=\nb\r\n" % size + hidden + b"\r\n" + LAST)
        ),
        "F15 a bare carriage return": refused(get(b"X: a\rb\r\n")),
        "F15 a bare carriage return as a line's end": refused(get(b"X: a\rContent-Length: %d\r\n" % size) + hidden),
        "F16 NUL in a value": refused(get(b"X: a\0b\r\n")),
        "F16 NUL in a name": refused(get(b"X\0: b\r\n")),
        "F16 NUL in the target": refused(get(target=STATUS + "\0")),
        "F17 a folded line": refused(get(b"X: a\r\n b\r\n")),
        "F17 a folded coding": refused(post(b"Transfer-Encoding:\r\n chunked", LAST + hidden)),
        "F18 no Host": refused(get(host=b"")),
        "F18 two Hosts": refused(get(host=HOST + b"Host: smuggled\r\n")),
        "F18 a Host that is none": refused(get(host=b"Host: a/b@c\r\n")),
        "F19 a chunk size that is no number": refused(post(CHUNKED, b"zz\r\n" + hidden)),
        "F19 a chunk size with a sign": refused(post(CHUNKED, b"+%x\r\n" % size + hidden + b"\r\n" + LAST)),
        "F19 a chunk size with a prefix": refused(post(CHUNKED, b"0x%x\r\n" % size + hidden + b"\r\n" + LAST)),
        "F20 a chunk size over 2^64": refused(post(CHUNKED, b"%x\r\n" % (2**64 + size) + hidden + b"\r\n" + LAST)),
        "F21 a chunk longer than it says": refused(post(CHUNKED, b"2\r\nabc\r\n" + LAST + hidden)),
        "F21 a chunk without its line end": refused(post(CHUNKED, b"3\r\nabc" + LAST + hidden)),
        "F22 2,000 trailers": refused(post(CHUNKED, b"1\r\na\r\n0\r\n" + b"X: y\r\n" * 2000 + b"\r\n" + hidden)),
        "F22 60 kB of chunk extension": refused(post(CHUNKED, b"1;" + b"e" * 60_000 + b"\r\na\r\n" + LAST + hidden)),
    }


LIMITS = {
    "F23 a target of 100 kB": refused(get(target="/" + "a" * 100_000), 431, "HEADERS_TOO_LARGE"),
    "F23 a target of 9 KiB": refused(get(target=f"{STATUS}?{'a' * 9216}"), 414, "URI_TOO_LONG"),
    "F24 a header of 100 kB": refused(get(b"X: " + b"a" * 100_000 + b"\r\n"), 431, "HEADERS_TOO_LARGE"),
    "F24 1,001 fields": refused(get(b"X: y\r\n" * 1000), 431, "HEADERS_TOO_LARGE"),
    "F25 TLS on the plain port": refused(bytes([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]) + bytes(50)),
    "F26 HTTP/2's preface": refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "F26 another version": refused(get(version=b"HTTP/2.0"), 505, "HTTP_VERSION_NOT_SUPPORTED"),
    "F26 a version before headers": refused(get(version=b"HTTP/0.9"), 505, "HTTP_VERSION_NOT_SUPPORTED"),
    "F27 half a body and the end": refused(post(b"Content-Length: 99", b"email=corpus"), closes=True),
    "F27 half a chunk and the end": refused(post(CHUNKED, b"40\r\nemail=corpus"), closes=True),
    "F28 half a body and silence": refused(
        post(b"Content-Length: 99", b"email=corpus"), 408, "REQUEST_TIMEOUT", seconds=11
    ),
    "F28 half a header and silence": refused(get()[:-4], 408, "REQUEST_TIMEOUT", seconds=6),
    "F29 an unknown expectation": refused(post(b"Expect: foo\r\nContent-Length: 3", b"abc"), 417, "EXPECTATION_FAILED"),
    "F30 TRACE": refused(get().replace(b"GET", b"TRACE"), 405, "METHOD_NOT_ALLOWED"),
    "F30 CONNECT": refused(b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", 501, "NOT_IMPLEMENTED"),
    "F31 a body of 17 KiB": refused(post(b"Content-Length: 17408", b"a" * 17408), 413, "PAYLOAD_TOO_LARGE"),
    "F31 a body of 17 KiB, announced": refused(post(b"Content-Length: 17408"), 413, "PAYLOAD_TOO_LARGE"),
    "F31 a body of 17 KiB in chunks": refused(post(CHUNKED, chunked(b"a" * 17408, 1024)), 413, "PAYLOAD_TOO_LARGE"),
    "F31 a body of 17 KiB that waits to be asked for": refused(
        post(b"Expect: 100-continue\r\nContent-Length: 17408"), 413, "PAYLOAD_TOO_LARGE"
    ),
    "F32 a compressed body": refused(
        post(b"Content-Encoding: gzip\r\nContent-Length: 2", b"\x1f\x8b"), 415, "UNSUPPORTED_MEDIA_TYPE"
    ),
}


def honest(hidden: bytes) -> dict[str, Case]:
    return {
        "a request within the body of another": Case(post(length(hidden), hidden), 400, "MISSING_DATA", STAYS),
        "a request within a chunk of another": Case(post(CHUNKED, chunk(hidden) + LAST), 400, "MISSING_DATA", STAYS),
        "a request within the body of a GET": Case(get(length(hidden) + b"\r\n") + hidden, 401, "UNAUTHORIZED", STAYS),
        "a request within a chunk of a GET": Case(
            get(CHUNKED + b"\r\n") + chunk(hidden) + LAST, 401, "UNAUTHORIZED", STAYS
        ),
        "an absolute target": Case(get(target=f"http://localhost{STATUS}"), 401, "UNAUTHORIZED", STAYS),
        "an empty line ahead": Case(b"\r\n" + get(), 401, "UNAUTHORIZED", STAYS),
        "HTTP/1.0": Case(get(version=b"HTTP/1.0"), 401, "UNAUTHORIZED", ENDS),
        "chunk extensions of a decent size": Case(
            post(CHUNKED, b"3;a=b\r\na=b\r\n0;c\r\nX: y\r\n\r\n"), 400, "MISSING_DATA", STAYS
        ),
        "another method": Case(
            f"DELETE {GENERATE} HTTP/1.1\r\n".encode() + HOST + b"\r\n", 405, "METHOD_NOT_ALLOWED", STAYS
        ),
    }


CASES = ambiguous(WHOLE) | LIMITS | honest(WHOLE)
