"""nginx and HAProxy in front of a server, each with one connection to it that all clients share."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.waiting import wait_until

START_SECONDS = 20
STOP_SECONDS = 10
# Debian keeps them where an ordinary user's path does not lead.
PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"

# Everything that makes nginx let through more than it would, and send chunks on as chunks.
NGINX = """
daemon off; master_process off; pid {directory}/nginx.pid; error_log {directory}/nginx.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    ignore_invalid_headers off; underscores_in_headers on; large_client_header_buffers 4 32k;
    upstream server {{ server {host}:{port}; keepalive 1; }}
    server {{
        listen 127.0.0.1:{own_port};
        location / {{
            proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_request_buffering off; proxy_next_upstream off; proxy_read_timeout 15s;
        }}
    }}
}}
"""

HAPROXY = """
global
    nbthread 1
defaults
    mode http
    timeout connect 5s
    timeout client 15s
    timeout server 15s
    timeout http-request 5s
    {relaxed}
    http-reuse always
    retries 0
frontend clients
    bind 127.0.0.1:{own_port}
    default_backend servers
backend servers
    server latchkey {host}:{port} maxconn 1
"""

RELAXED = "option accept-invalid-http-request"
KINDS = ["nginx", "haproxy", "haproxy, relaxed"]


@contextmanager
def proxy(kind: str, server: tuple[str, int], directory: Path) -> Iterator[tuple[str, int]]:
    """The address of a proxy in front of `server` for as long as the block runs."""
    port = free_port()
    values = {"directory": directory, "host": server[0], "port": server[1], "own_port": port}
    configuration = directory / "proxy.conf"
    if kind == "nginx":
        configuration.write_text(NGINX.format(**values))
        command = [path_of("nginx"), "-c", configuration, "-p", directory, "-e", directory / "nginx.log"]
    else:
        relaxed = RELAXED if "relaxed" in kind else ""
        configuration.write_text(HAPROXY.format(**values, relaxed=relaxed))
        command = [path_of("haproxy"), "-db", "-f", configuration]
    with listening(command, port, directory / "proxy.log"):
        yield "127.0.0.1", port


@contextmanager
def listening(command: list, port: int, log: Path, **options: object) -> Iterator[None]:
    """Runs a program that listens on the port for as long as the block runs."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options)
    try:
        wait_until(lambda: process.poll() is not None or listens(port), START_SECONDS, f"{command[0]} listens")
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def path_of(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path=PLACES)
    assert path, f"{name} is not installed: Scripts/install-dependencies test"
    return path


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
