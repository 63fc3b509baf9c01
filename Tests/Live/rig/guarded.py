"""An API that knows nothing of tokens, behind a proxy with one of our example configurations."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rig.proxies import free_port, listening, path_of

EXAMPLES = Path(__file__).resolve().parents[3] / "Examples"
IDENTITY = ["User", "Email", "Account-Type", "Role", "Scopes", "Expires"]


@dataclass(frozen=True)
class Call:
    """One request as the API saw it."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        """As an API reads them to which `_` and `-` are one, as to every WSGI application."""
        wanted = name.lower().replace("_", "-")
        return [value for field, value in self.headers if field.lower().replace("_", "-") == wanted]


@dataclass
class API:
    """Answers every request with 200 and keeps what it saw."""

    port: int
    calls: list[Call] = field(default_factory=list)

    def take(self) -> list[Call]:
        taken, self.calls = self.calls, []
        return taken


@contextmanager
def api() -> Iterator[API]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.calls.append(Call(self.command, self.path, self.headers.items(), body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"ok")

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

        def log_message(self, *_: object) -> None:
            pass

    # A proxy that ends resets its idle connections.
    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen = API(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# By name: the file that changes, and how the program is run on its copy in `directory`.
PROXIES = {
    "nginx": ("nginx.conf", lambda d: [path_of("nginx"), "-c", d / "nginx.conf", "-p", d, "-e", d / "nginx.log"]),
    "caddy": ("Caddyfile", lambda d: [path_of("caddy"), "run", "--config", d / "Caddyfile"]),
    "haproxy": ("haproxy.cfg", lambda d: [path_of("haproxy"), "-db", "-f", "haproxy.cfg"]),
}
# Where a test's nginx keeps what an installed one keeps below /var.
NGINX = """daemon off; master_process off; pid {0}/nginx.pid; error_log {0}/nginx.log;"""
NGINX_PATHS = """access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f;
    uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;"""


@contextmanager
def example(
    kind: str, latchkey: tuple[str, int], api_port: int, directory: Path, planted: tuple[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """The address of a proxy that runs our example as it stands, but for the ports and a fault that is planted."""
    port = free_port()
    name, command = PROXIES[kind]
    ports = {"127.0.0.1:8080": f"{latchkey[0]}:{latchkey[1]}", "127.0.0.1:9000": f"127.0.0.1:{api_port}"}
    for source in (EXAMPLES / kind).iterdir():
        text = source.read_text()
        if source.name == name:
            for ours, test in (ports | {"127.0.0.1:8000": f"127.0.0.1:{port}"}).items():
                assert ours in text
                text = text.replace(ours, test)
        if planted and planted[0] in text:
            text = text.replace(*planted)
        if kind == "nginx":
            paths = "http {\n" + NGINX_PATHS.format(directory)
            text = NGINX.format(directory) + text.replace("http {", paths, 1)
        # Two HAProxies of one machine must not share what is no file.
        text = text.replace("abns@latchkey-guard", f"abns@latchkey-guard-{port}")
        (directory / source.name).write_text(text)
    environment = {"HOME": str(directory), "XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
    with listening(command(directory), port, directory / "proxy.log", cwd=directory, env=environment):
        yield "127.0.0.1", port
