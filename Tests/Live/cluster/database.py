"""A database host: etcd, Patroni and PostgreSQL as `Examples/patroni` configures them, and a watchdog."""

import json
import os
import select
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from cluster.machine import Machine, call
from rig.authority import Authority
from rig.waiting import wait_until

EXAMPLES = Path(__file__).resolve().parents[3] / "Examples/patroni"
AS_POSTGRES = ("setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--")
START_SECONDS = 60


class DatabaseHost(Machine):
    """One of the three; `settings` replace some of the cluster's."""

    def __init__(self, name: str, directory: Path, authority: Authority, settings: dict | None = None):
        super().__init__(name, directory)
        self.settings = settings or {}
        for place in ("disk", "etcd", "configuration"):
            (self.directory / place).mkdir(mode=0o700)
        self.install_certificate(authority)
        self.write_configuration()
        call("chown", "-R", "postgres:postgres", self.directory)
        for place, path in (
            ("disk", "/var/lib/postgresql"),
            ("etcd", "/var/lib/etcd"),
            ("configuration", "/etc/patroni"),
        ):
            self.call("mount", "--bind", self.directory / place, path)
        self.call("install", "-d", "-o", "postgres", "/run/postgresql")
        self.watchdog = Watchdog(self)

    def install_certificate(self, authority: Authority) -> None:
        for source, name in (
            (authority.root, "root.pem"),
            (authority.certificate, "server.pem"),
            (authority.key, "server.key"),
        ):
            target = self.directory / "configuration" / name
            target.write_bytes(source.read_bytes())
            target.chmod(0o600)

    def write_configuration(self) -> None:
        """The examples are db1's: what they say to change on another host is changed, and the watchdog's device."""
        patroni = yaml.safe_load((EXAMPLES / "patroni.yml").read_text())
        patroni["name"] = self.name
        for part in ("restapi", "postgresql"):
            patroni[part]["connect_address"] = patroni[part]["connect_address"].replace("db1", self.name)
        # Patroni's own stand-in for a device: what it would ask of a watchdog is written to a pipe.
        patroni["watchdog"] |= {"driver": "testing", "device": str(self.directory / "watchdog")}
        patroni["bootstrap"]["dcs"] |= self.settings
        etcd = yaml.safe_load((EXAMPLES / "etcd.yml").read_text())
        etcd["name"] = self.name
        for key in ("initial-advertise-peer-urls", "advertise-client-urls"):
            etcd[key] = etcd[key].replace("db1", self.name)
        for name, document in (("patroni.yml", patroni), ("etcd.yml", etcd)):
            (self.directory / "configuration" / name).write_text(yaml.safe_dump(document, sort_keys=False))

    def boot(self) -> None:
        self.start("etcd", *AS_POSTGRES, "etcd", "--config-file", "/etc/patroni/etcd.yml")
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/var/lib/postgresql"}
        self.start("patroni", *AS_POSTGRES, "patroni", "/etc/patroni/patroni.yml", environment=environment)

    def status(self, path: str = "patroni") -> dict:
        """What Patroni answers; nothing where it does not."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:8008/{path}", timeout=2) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            # Its answer tells as well when it is not the one of a healthy member.
            return json.loads(error.read() or b"{}")
        except (OSError, ValueError):
            return {}

    def run_sql(self, sql: str, database: str = "postgres") -> str:
        psql = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--dbname", database)
        return self.call(*AS_POSTGRES, *psql, stdin=sql)


class Watchdog:
    """Resets its machine when Patroni, having armed it, has kept silent for its timeout."""

    REBOOT_SECONDS = 5

    def __init__(self, host: DatabaseHost):
        self.host = host
        self.pipe = host.directory / "watchdog"
        os.mkfifo(self.pipe)
        os.chmod(self.pipe, 0o666)
        self.is_broken = False
        self.resets = 0
        # Held open for writing as well, so that it never ends when Patroni does.
        self.reader = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        timeout = 60
        deadline = None
        while True:
            left = 1.0 if deadline is None else max(0.0, min(1.0, deadline - time.monotonic()))
            readable, _, _ = select.select([self.reader], [], [], left)
            if readable:
                heard = os.read(self.reader, 4096).decode()
                for word in heard.splitlines():
                    if "timeout=" in word:
                        timeout = int("".join(filter(str.isdigit, word.split("timeout=")[1])))
                disarmed = heard.endswith("V")
                deadline = None if disarmed else time.monotonic() + timeout
            elif deadline is not None and time.monotonic() >= deadline:
                deadline = None
                if not self.is_broken:
                    self.reset()

    def reset(self) -> None:
        self.resets += 1
        self.host.kill()
        time.sleep(self.REBOOT_SECONDS)
        self.host.boot()


class Databases:
    """The three hosts together."""

    def __init__(self, directory: Path, authority: Authority, settings: dict | None = None):
        self.is_synchronous = (settings or {}).get("synchronous_mode", True)
        self.hosts = [DatabaseHost(name, directory, authority, settings) for name in ("db1", "db2", "db3")]
        for host in self.hosts:
            host.boot()

    def primary(self, besides: DatabaseHost | None = None) -> DatabaseHost | None:
        """The one that holds the leader's lease; `besides` neither counts nor is asked."""
        for host in self.hosts:
            if host is besides:
                continue
            for member in host.status("cluster").get("members", []):
                found = next(each for each in self.hosts if each.name == member["name"])
                if member["role"] in ("leader", "master") and member["state"] == "running" and found is not besides:
                    return found
        return None

    def is_whole(self) -> bool:
        """Whether one is the primary, the other two follow it, and one of them confirms its commits where one shall."""
        primary = self.primary()
        if primary is None or primary.status().get("role") not in ("master", "primary"):
            return False
        members = primary.status("cluster").get("members", [])
        roles = sorted(member["role"] for member in members if member["state"] in ("running", "streaming"))
        timelines = {member.get("timeline") for member in members}
        followers = [each.get("sync_state") for each in primary.status().get("replication", [])]
        role, state = ("sync_standby", "sync") if self.is_synchronous else ("replica", "async")
        in_place = roles == sorted(["leader", "replica", role]) and sorted(followers) == sorted(["async", state])
        return in_place and len(timelines) == 1

    def await_whole(self, seconds: float) -> None:
        wait_until(self.is_whole, seconds, "all three database hosts are in their places", 0.25)
