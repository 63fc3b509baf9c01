"""What every test knows of tokens: their form, the two answers to the byte, and whether one opens anything."""

import re
from pathlib import Path

import requests

from rig.server import Server

SUCCESS = re.compile(
    r'\{"status":"success","response":\{'
    r'"token":"(?P<token>bus\|(?P<user_id>\d{13}x\d{18})\|\d{13}x\d{18})",'
    r'"user_id":"(?P=user_id)","expires":31536000\}\}',
    re.ASCII,
)
WRONG_CREDENTIALS = (
    '{"statusCode":400,"reason":"INVALID_LOGIN_CREDENTIALS",'
    '"message":"We didn\u2019t find an account with those login credentials"}'
)
REQUEST_SECONDS = 20


def token_in(body: bytes | str) -> str:
    """The token of an answer whose body must be the manual's, to the byte."""
    text = body.decode() if isinstance(body, bytes) else body
    match = SUCCESS.fullmatch(text)
    assert match, text
    return match["token"]


def sign_in(server: Server, email: str, password: str) -> requests.Response:
    """The answer to the form that the manual prints."""
    fields = {"email": (None, email), "password": (None, password)}
    return requests.post(
        f"{server.base}/api-token-generate", files=fields, verify=trust(server.root), timeout=REQUEST_SECONDS
    )


def generate(server: Server, email: str, password: str) -> str:
    """A new token."""
    answer = sign_in(server, email, password)
    assert answer.status_code == 200, answer.text
    return token_in(answer.content)


def status(server: Server, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(
        f"{server.base}/api-token-status", headers=headers, verify=trust(server.root), timeout=REQUEST_SECONDS
    )


def opens(server: Server, token: str) -> bool:
    """Whether the token is accepted; any answer but a plain yes or no is an error."""
    answer = status(server, token)
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


def trust(root: Path | None) -> str | bool:
    return True if root is None else str(root)
