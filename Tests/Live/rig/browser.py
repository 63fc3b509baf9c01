"""Headless Chromium driven through its DevTools protocol: open a page, read what its scripts print."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import websocket

from rig.waiting import wait_until

PAGE_SECONDS = 30


@dataclass(frozen=True)
class Printed:
    """One call of the console: its method, and its arguments; an object is given as it serialises to JSON."""

    method: str
    arguments: list[object]


class PageGoneError(Exception):
    """The page was left for another before it had answered."""


class Browser:
    """A running Chromium that trusts one server key besides the authorities it came with."""

    def __init__(self, profile: Path, trusted_key: str):
        options = [
            "--headless=new",
            # The tests run as root and in containers, where Chromium's own sandbox cannot start; the pages are ours.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--no-proxy-server",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            f"--ignore-certificate-errors-spki-list={trusted_key}",
        ]
        with (profile / "chromium.log").open("wb") as log:
            self.process = subprocess.Popen(
                ["chromium", *options, "about:blank"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            where = profile / "DevToolsActivePort"
            wait_until(lambda: where.exists() and len(where.read_text().split()) == 2, PAGE_SECONDS, "Chromium starts")
            port, path = where.read_text().split()
            self.socket = websocket.create_connection(
                f"ws://127.0.0.1:{port}{path}", timeout=PAGE_SECONDS, suppress_origin=True, http_no_proxy=["127.0.0.1"]
            )
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        self.last_id = 0
        self.events: list[dict] = []

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def printed(self, page: str, is_last: Callable[[Printed], bool]) -> list[Printed]:
        """Opens a page in a tab of its own and gives what it prints, up to the call that `is_last` names."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Runtime.enable", session)
        self.call("Page.navigate", session, url=page)
        calls: list[Printed] = []
        deadline = time.monotonic() + PAGE_SECONDS
        while not calls or not is_last(calls[-1]):
            assert time.monotonic() < deadline, f"{page} printed only {calls}"
            event = self.event(session)
            if event["method"] == "Runtime.exceptionThrown":
                raise AssertionError(event["params"]["exceptionDetails"])
            if event["method"] == "Runtime.consoleAPICalled":
                arguments = [self.value(session, each) for each in event["params"]["args"]]
                calls.append(Printed(event["params"]["type"], arguments))
        self.call("Target.closeTarget", targetId=target)
        return calls

    def printed_by(self, script: str, page: str) -> Printed:
        """What a script prints first when it is run in a page, as if typed into the browser's console."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        self.call("Page.navigate", session, url=page)
        self.wait_for("Page.loadEventFired", session)
        self.call("Runtime.enable", session)
        outcome = self.call("Runtime.evaluate", session, expression=script)
        assert "exceptionDetails" not in outcome, outcome
        call = self.wait_for("Runtime.consoleAPICalled", session)
        arguments = [self.value(session, each) for each in call["args"]]
        self.call("Target.closeTarget", targetId=target)
        return Printed(call["type"], arguments)

    def wait_for(self, method: str, session: str) -> dict:
        """The parameters of the next event of this name."""
        while (event := self.event(session))["method"] != method:
            assert event["method"] != "Runtime.exceptionThrown", event
        return event["params"]

    def value(self, session: str, remote: dict) -> object:
        if "objectId" not in remote:
            return remote.get("value")
        if remote.get("subtype") == "error":
            return remote["description"]
        function = "function () { return JSON.stringify(this) }"
        answer = self.call(
            "Runtime.callFunctionOn",
            session,
            objectId=remote["objectId"],
            functionDeclaration=function,
            returnByValue=True,
        )
        return json.loads(answer["result"]["value"])

    def call(self, method: str, session: str | None = None, **parameters: object) -> dict:
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        self.socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.last_id:
                if answer.get("error", {}).get("message") == "Inspected target navigated or closed":
                    raise PageGoneError(answer)
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def event(self, session: str) -> dict:
        while True:
            event = self.events.pop(0) if self.events else json.loads(self.socket.recv())
            if event.get("sessionId") == session and "method" in event:
                return event


@contextmanager
def origin(files: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """Serves files, a content type and bytes a path, from an origin of their own while the block runs."""

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content_type, body = files.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in files else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
