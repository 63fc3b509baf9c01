"""A person at a browser of their own: no cookie is shared with anybody else."""

from collections.abc import Callable

from rig.browser import Browser
from rig.commands import Account
from rig.server import Server
from rig.tab import Tab


class Person(Tab):
    def __init__(self, browser: Browser, width: int = 1280, scheme: str = "light", scripts: bool = True):
        self.context = browser.call("Target.createBrowserContext")
        super().__init__(browser, width, scheme, scripts, self.context)

    def open(self, url: str) -> None:
        self.go(lambda: self.call("Page.navigate", url=url))

    def log_in(self, server: Server, account: Account, password: str | None = None) -> None:
        self.open(f"{server.url}/login")
        self.type("#email", account.email)
        self.type("#password", password or account.password)
        self.go(lambda: self.press("Enter"))

    def go(self, act: Callable[[], None]) -> None:
        """Does what leads to another page and waits for that."""
        self.value("window.isBefore = true")
        act()
        self.wait_for("!window.isBefore && document.readyState === 'complete'")

    def follow(self, words: str) -> None:
        """Clicks the button or link with these words and goes where that leads."""
        self.mark(words)
        self.go(lambda: self.click("[data-wanted]"))

    def unfold(self, words: str) -> None:
        self.mark(words)
        self.click("[data-wanted]")
        self.wait_for("document.querySelector('[data-wanted]').parentElement.open")

    def mark(self, words: str) -> None:
        found = self.value(
            "(() => { document.querySelectorAll('[data-wanted]').forEach(each => each.removeAttribute('data-wanted'));"
            " const each = [...document.querySelectorAll('main a, button, main summary, header a')]"
            f".find(each => each.textContent.trim().startsWith({words!r}) && each.checkVisibility());"
            " if (each) each.dataset.wanted = ''; return Boolean(each) })()"
        )
        assert found, f"{words} is not on the page: {self.text}"

    @property
    def text(self) -> str:
        return self.value("document.querySelector('main').innerText")

    @property
    def place(self) -> str:
        return self.value("location.pathname")

    def shown(self, label: str) -> str:
        """What a page shows once, under its label."""
        return self.value(
            "[...document.querySelectorAll('.label')]"
            f".find(each => each.textContent === {label!r}).nextElementSibling.textContent.trim()"
        )

    def close(self) -> None:
        self.browser.call("Target.disposeBrowserContext", **self.context)
