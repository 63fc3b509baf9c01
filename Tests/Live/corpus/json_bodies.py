"""J: JSON."""

import json

from corpus import EMAIL, PASSWORD, Case
from corpus.multipart import sent, works
from rig.bodies import JSON, URL_ENCODED, json_object


def members(*more: str, email: str = json.dumps(EMAIL), password: str = json.dumps(PASSWORD)) -> bytes:
    return ("{" + ",".join([f'"email":{email}', f'"password":{password}', *more]) + "}").encode()


def refused(body: bytes, reason: str = "INVALID_DATA") -> Case:
    return sent(JSON, body, 400, reason)


CASES = {
    "J1 a depth of 10,000": refused(b"[" * 10_000),
    "J1 a depth of 5,000 in an unknown member": refused(members('"x":' + "[" * 5000 + "]" * 5000)),
    "J2 a member twice": refused(members(f'"password":{json.dumps(PASSWORD)}')),
    "J2 a member twice, once escaped": refused(members('"\\u0065mail":"b@example.com"')),
    "J3 a trailing comma": refused(members("")),
    "J4 NaN": refused(members('"x":NaN')),
    "J4 minus infinity": refused(members('"x":-Infinity')),
    "J5 a number out of range": refused(members('"x":1e999')),
    "J6 a lone surrogate": refused(members(password=r'"\ud800"')),
    "J6 a lone surrogate in an unknown member": refused(members(r'"x":"\udc00"')),
    "J7 a byte order mark": refused(b"\xef\xbb\xbf" + members()),
    "J8 UTF-16": refused(members().decode().encode("utf-16")),
    "J8 UTF-16 without a mark": refused(members().decode().encode("utf-16-le")),
    "J9 two documents": refused(members() + b"{}"),
    "J9 rubbish behind": refused(members() + b"\0"),
    "J10 a number for the password": refused(members(password="1")),
    "J10 null for the e-mail": refused(members(email="null")),
    "J10 an array": refused(json.dumps([EMAIL, PASSWORD]).encode()),
    "J10 a text": refused(b'"email"'),
    "J13 a number that floating point does not hold": works(JSON, members('"x":9007199254740993')),
    "an unknown member": works(JSON, members('"x":{"email":[1,true,null]}')),
    "a surrogate pair": works(JSON, members(r'"x":"\ud83d\ude00"')),
    "escapes": works(JSON, members(email=json.dumps(EMAIL).replace("c", "\\u0063", 1))),
    "white space": works(JSON, b" \r\n\t" + members().replace(b'":"', b'" :\n"') + b"\n"),
    "under a urlencoded type": works(URL_ENCODED, members()),
    "under a urlencoded type, cut short": sent(URL_ENCODED, members()[:-1]),
    "cut short": refused(members()[:-1]),
    "an empty object": refused(b"{}", "MISSING_DATA"),
    "no password": refused(json_object(("email", EMAIL)), "MISSING_DATA"),
    "a control character in a text": refused(members(password='"a\x01b"')),
    "not UTF-8": refused(members()[:-2] + b'\xff"}'),
}
