"""Somebody who uses the pages without a browser: keeps cookies, reads a page's form, sends it."""

import re

import requests

from rig.commands import Account
from rig.server import Server
from rig.tokens import REQUEST_SECONDS

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Visitor:
    def __init__(self, server: Server):
        self.server = server
        self.cookies = requests.Session()

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.cookies.close()

    def get(self, path: str) -> requests.Response:
        return self.cookies.get(f"{self.server.url}{path}", timeout=REQUEST_SECONDS, allow_redirects=False)

    def post(self, path: str, page: str | None = None, **fields: str) -> requests.Response:
        """What follows a form of that page, or of the page at `path` itself, with its hidden fields and these."""
        hidden = dict(HIDDEN.findall(self.get(page or path).text))
        return self.cookies.post(
            f"{self.server.url}{path}", data=hidden | fields, timeout=REQUEST_SECONDS, allow_redirects=False
        )

    def log_in(self, account: Account, password: str | None = None) -> requests.Response:
        return self.post("/login", email=account.email, password=password or account.password)
