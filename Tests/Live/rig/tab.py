"""One tab of the browser, used as a person uses it: by clicks and keys, at a width and in a colour scheme."""

import base64
import importlib.resources
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.browser import PAGE_SECONDS, Browser, PageGoneError
from rig.waiting import wait_until

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js")
# WCAG 2.2 AA and all before it, and what axe-core's makers call good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KEYS = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowLeft": 37}


class Tab:
    """`context` is that of somebody whose cookies are their own."""

    def __init__(
        self,
        browser: Browser,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        context: dict[str, str] | None = None,
    ):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank", **(context or {}))["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        self.dress(width, scheme)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.enable")

    def dress(self, width: int, scheme: str) -> None:
        """A window of this width, in this colour scheme."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def call(self, method: str, **parameters: object) -> dict:
        return self.browser.call(method, self.session, **parameters)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.browser.wait_for("Page.loadEventFired", self.session)

    def value(self, expression: str) -> object:
        """What an expression is in the page, waited for if it is a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Waits until it holds, on whatever page there is by then."""

        def holds() -> bool:
            try:
                return bool(self.value(expression))
            except PageGoneError:
                return False

        wait_until(holds, PAGE_SECONDS, expression)

    def click(self, selector: str) -> None:
        """With the mouse, in the middle of what the selector finds first."""
        where = self.value(
            f"(() => {{ const each = document.querySelector({selector!r}); each.scrollIntoView({{block: 'center'}});"
            " const box = each.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2] })()"
        )
        for kind in ["mousePressed", "mouseReleased"]:
            self.call("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left", clickCount=1)

    def type(self, selector: str, text: str) -> None:
        self.click(selector)
        self.call("Input.insertText", text=text)

    def press(self, key: str) -> None:
        named = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown", **named, **({"text": "\r"} if key == "Enter" else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def violations(self) -> list[str]:
        """The rules of axe-core that the page breaks, and where."""
        self.value(AXE.read_text() + "; true")
        rules = f"axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}})"
        broken = self.value(
            f"{rules}.then(({{violations}}) => violations.flatMap(({{id, nodes}}) => "
            "nodes.map(({target, failureSummary}) => `${id} at ${target}: ${failureSummary}`)))"
        )
        return list(broken)

    def screenshot(self, file: Path) -> None:
        """The whole page, as a person would scroll it."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        whole = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=whole)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(picture["data"]))

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self.target)


@contextmanager
def tab(browser: Browser, url: str, **options: object) -> Iterator[Tab]:
    """A tab with a page in it, for as long as the block runs."""
    opened = Tab(browser, **options)
    try:
        opened.open(url)
        yield opened
    finally:
        opened.close()
