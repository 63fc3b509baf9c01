"""Machines of a network of their own: each is a network and a mount namespace on a bridge.

All of it lives in the namespaces of `Scripts/cluster-test` and ends with them, so nothing here needs undoing.
"""

import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

from rig.waiting import wait_until

SUBNET = "10.77.0"
GATEWAY = f"{SUBNET}.1"
BOOT_SECONDS = 60

HOSTS = {
    "db1": f"{SUBNET}.11",
    "db2": f"{SUBNET}.12",
    "db3": f"{SUBNET}.13",
    "node1": f"{SUBNET}.21",
    "node2": f"{SUBNET}.22",
}


def lay_cables(directory: Path) -> None:
    """The bridge, and the names that all machines know each other by."""
    call("ip", "link", "set", "lo", "up")
    call("ip", "link", "add", "switch", "type", "bridge")
    call("ip", "address", "add", f"{GATEWAY}/24", "dev", "switch")
    call("ip", "link", "set", "switch", "up")
    hosts = directory / "hosts"
    lines = [f"{address} {name}\n" for name, address in {"localhost": "127.0.0.1", **HOSTS}.items()]
    hosts.write_text("".join(lines))
    call("mount", "--bind", hosts, "/etc/hosts")


class Machine:
    """One machine; `directory` holds its logs, and what its disks hold."""

    def __init__(self, name: str, directory: Path):
        self.name = name
        self.address = HOSTS[name]
        self.directory = directory / name
        self.directory.mkdir(mode=0o755)
        self.cut_off: set[str] = set()
        # The namespaces last as long as a process in them.
        self.keeper = subprocess.Popen(["unshare", "--mount", "--net", "sleep", "infinity"])
        wait_until(lambda: command_name(self.keeper.pid) == "sleep", BOOT_SECONDS, f"{name} has its namespaces")
        self.network = os.stat(f"/proc/{self.keeper.pid}/ns/net").st_ino
        call("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", self.keeper.pid)
        call("ip", "link", "set", name, "master", "switch", "up")
        self.call("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        self.call("ip", "link", "set", "eth0", "up")
        self.call("ip", "link", "set", "lo", "up")
        # Sockets by path are this machine's own, too.
        self.call("mount", "-t", "tmpfs", "tmpfs", "/run")

    def command(self, *words: object) -> list[str]:
        return ["nsenter", "--target", str(self.keeper.pid), "--mount", "--net", "--", *map(str, words)]

    def call(self, *words: object, stdin: str = "") -> str:
        return call(*self.command(*words), stdin=stdin)

    def start(self, log: str, *words: object, environment: dict[str, str] | None = None) -> subprocess.Popen:
        """Starts a program here; what it says goes to a log of that name."""
        with (self.directory / f"{log}.log").open("ab") as output:
            return subprocess.Popen(
                self.command(*words), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )

    def processes(self) -> dict[int, str]:
        """What runs here, by its number and the name of its program."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != self.keeper.pid:
                try:
                    if os.stat(entry / "ns/net").st_ino == self.network:
                        found[int(entry.name)] = command_name(int(entry.name))
                except OSError:
                    # It has ended since, or is a zombie without namespaces.
                    continue
        return found

    def signal(self, number: signal.Signals, *programs: str) -> None:
        """Sends a signal to every process here, or to those of some programs."""
        for process, program in self.processes().items():
            if not programs or program in programs:
                try:
                    os.kill(process, number)
                except ProcessLookupError:
                    continue

    def kill(self) -> None:
        """Ends everything here at once."""
        # Patroni would start another PostgreSQL between one look and the next.
        self.signal(signal.SIGSTOP)
        self.signal(signal.SIGKILL)
        wait_until(lambda: not self.processes(), BOOT_SECONDS, f"nothing runs on {self.name}")

    def cut(self, others: Iterable["Machine"] | None = None) -> None:
        """Drops every packet from and to the others, or from and to everybody."""
        addresses = [other.address for other in others] if others is not None else [f"{SUBNET}.0/24"]
        elements = ", ".join(addresses)
        self.call(
            "nft",
            "add table ip cut; "
            "add chain ip cut arriving { type filter hook input priority 0; }; "
            "add chain ip cut leaving { type filter hook output priority 0; }; "
            f"add rule ip cut arriving ip saddr {{ {elements} }} drop; "
            f"add rule ip cut leaving ip daddr {{ {elements} }} drop",
        )
        self.cut_off.update(addresses)

    def mend(self) -> None:
        if self.cut_off:
            self.call("nft", "delete table ip cut")
            self.cut_off.clear()

    def log(self, name: str, lines: int = 30) -> str:
        path = self.directory / f"{name}.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def command_name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def call(*words: object, stdin: str = "") -> str:
    """What a command prints; one that fails is an error with its words."""
    done = subprocess.run([*map(str, words)], input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}"
    return done.stdout.strip()
