"""A server that issues no token for now, though it may know how long the one at hand lives."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Past two thirds of its life.
DUE = {"user_id": "1x1", "issued_at": "2026-01-01T00:00:00.000Z", "expires_at": "2026-01-02T00:00:00.000Z"}


@dataclass
class BusyServer:
    url: str
    requests: list[str] = field(default_factory=list)


@contextmanager
def busy_server(*, knows_token: bool) -> Iterator[BusyServer]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.requests.append(self.path)
            is_known = knows_token and self.command == "GET"
            body = json.dumps({"response": DUE | {"expires": 600}} if is_known else {}).encode()
            self.send_response(200 if is_known else 503)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            # Longer than a client's patience.
            self.send_header("Retry-After", "60")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen = BusyServer(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
