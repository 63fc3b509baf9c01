"""System calls of running processes that fail, or lie, by strace's injection."""

import re
import signal
import subprocess
import time
from pathlib import Path

from rig.waiting import wait_until

ATTACH_SECONDS = 30
SYNCS = "fsync,fdatasync"


class Injection:
    """A strace on some processes and their children, which injects `effect` into syncs until it ends."""

    def __init__(self, processes: list[int], effect: str, directory: Path):
        self.log = directory / "strace.log"
        self.words = directory / "strace.words"
        pids = [word for process in processes for word in ("-p", str(process))]
        command = ["strace", "-f", "-ttt", "-o", self.log, "-e", f"trace={SYNCS}", "-e", f"inject={SYNCS}:{effect}"]
        with self.words.open("wb") as words:
            self.process = subprocess.Popen([*command, *pids], stderr=words, stdin=subprocess.DEVNULL)
        wait_until(self.is_attached, ATTACH_SECONDS, "strace is attached")

    def is_attached(self) -> bool:
        words = self.words.read_text()
        assert self.process.poll() is None, f"strace ended; it needs the right to trace: {words}"
        return "attached" in words

    def has_changed_a_call(self) -> bool:
        return bool(self.times)

    @property
    def times(self) -> list[int]:
        """When it changed a call's result, on the clock of histories."""
        to_history = time.monotonic_ns() - time.time_ns()
        found = re.findall(r"^\d+ +(\d+)\.(\d+) .*\(INJECTED\)$", self.log.read_text(), re.MULTILINE)
        return sorted(int(seconds) * 10**9 + int(micros) * 1000 + to_history for seconds, micros in found)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
