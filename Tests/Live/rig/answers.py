"""What every answer of the API must be, whoever produced it."""

import json

from rig.wire import Answer

JSON = "application/json; charset=utf-8"


def assert_error(answer: Answer, status: int, reason: str) -> str:
    """The one error shape, compact and in order; gives its sentence for a person."""
    assert answer.status == status, answer
    error = answer.object
    assert list(error) == ["statusCode", "reason", "message"]
    assert error["statusCode"] == status
    assert error["reason"] == reason, answer
    assert error["message"].strip()
    assert answer.body == compact(error)
    assert_guarded(answer)
    return error["message"]


def assert_guarded(answer: Answer) -> None:
    """JSON that nobody stores, and whose type nobody guesses."""
    assert answer.value("Content-Type") == JSON
    assert answer.value("Cache-Control") == "no-store"
    assert answer.value("X-Content-Type-Options") == "nosniff"
    assert answer.value("Set-Cookie") is None


def assert_readable_anywhere(answer: Answer) -> None:
    """What lets a page of any origin read the answer, without credentials mode."""
    assert answer.value("Access-Control-Allow-Origin") == "*"
    assert answer.value("Access-Control-Allow-Credentials") is None
    assert answer.value("Access-Control-Expose-Headers") == "retry-after, www-authenticate"


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
