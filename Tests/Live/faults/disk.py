"""A small disk of one's own: an ext4 in a file, which can be full, or lose power."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
from pathlib import Path

from rig.waiting import wait_until

# <linux/ext4.h>: _IOR('X', 125, __u32), and the flag that flushes nothing, not even the journal.
EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2


class Disk:
    """Mounted at `path` within a `with`; in a mount namespace of its own it goes away whatever happens."""

    def __init__(self, directory: Path, megabytes: int):
        self.image = directory / "disk.ext4"
        self.path = directory / "disk"
        self.path.mkdir()
        with self.image.open("wb") as file:
            file.truncate(megabytes << 20)
        run("mkfs.ext4", "-q", "-F", "-m", "0", self.image)

    def __enter__(self) -> Disk:
        self.mount()
        return self

    def __exit__(self, *_: object) -> None:
        self.unmount()

    def mount(self) -> None:
        run("mount", "-o", "loop", self.image, self.path)

    def unmount(self) -> None:
        wait_until(lambda: run("umount", self.path, check=False) == 0, 30, f"{self.path} can be unmounted")

    def sync(self) -> None:
        run("sync", "--file-system", self.path)

    def lose_power(self) -> None:
        """From now on every write fails, and what was not synced is gone."""
        directory = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(directory, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(directory)

    def come_back(self) -> None:
        """Mounts it anew, as after the power's return; nothing may use it meanwhile."""
        self.unmount()
        self.mount()

    def fill(self) -> Path:
        """Leaves no block free; gives the file that takes them, to be removed."""
        ballast = self.path / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue
            os.fsync(file.fileno())
        return ballast


def run(*command: object, check: bool = True) -> int:
    completed = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
    assert not check or completed.returncode == 0, f"{command}: {completed.stderr}"
    return completed.returncode
