"""A network of a test's own, where it may have any address."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
SECONDS = 120


def in_own_network(addresses: list[str], body: Callable[[], None]) -> None:
    """Runs `body` in a process with no network but a loopback device of these addresses; fails as that does."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(addresses, body, there))
    process.start()
    there.close()
    try:
        process.join(SECONDS)
        assert not process.is_alive(), f"not done within {SECONDS} s"
    finally:
        if process.is_alive():
            # What it started as well.
            os.killpg(process.pid, signal.SIGKILL)
            process.join()
    failure = here.recv() if here.poll() else "it ended without a word"
    assert failure is None, failure


def _run(addresses: list[str], body: Callable[[], None], outcome: Connection) -> None:
    try:
        os.setpgid(0, 0)
        _enter()
        for command in ("link set lo up", *(f"addr add {address} dev lo" for address in addresses)):
            subprocess.run(["ip", *command.split()], check=True)
        body()
        outcome.send(None)
    except BaseException:
        outcome.send(traceback.format_exc())


def _enter() -> None:
    """Root may do so; anyone else is root in a name space of users first."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NETWORK if user == 0 else NEW_USER | NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "no network of our own")
    if user != 0:
        for path, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{path}", "w") as file:
                file.write(text)
