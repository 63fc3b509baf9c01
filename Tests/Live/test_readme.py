"""The README's samples, run as they stand there but for the address of the server."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from rig.guarded import api, example
from rig.server import Server, clean_environment, start_server

README = (ROOT / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8080"
TOKEN = re.compile(r"bus\|\d{13}x\d{18}\|\d{13}x\d{18}")
PASSWORD = b"correct horse battery staple\n"


def blocks(heading: str, language: str = r"\w+") -> list[tuple[str, str]]:
    """The language and the text of what is to be typed below a heading."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^ *```({language})\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE)


SAMPLES = blocks("Your first token")


@pytest.fixture(scope="module")
def development_server(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(binary, tmp_path_factory.mktemp("readme"), "--dev")
    yield server
    assert server.stop() == 0


@pytest.mark.parametrize("language", ["sh", "javascript", "python", "ruby", "swift"])
def test_a_sample_prints_a_token(language: str, development_server: Server, tmp_path: Path):
    sample = next(text for name, text in SAMPLES if name == language)
    assert ADDRESS in sample
    printed = RUNNERS[language](sample.replace(ADDRESS, development_server.url), tmp_path)
    assert TOKEN.search(printed), printed


def test_the_status_sample_answers_for_the_token(development_server: Server, tmp_path: Path):
    generate, status = [text.replace(ADDRESS, development_server.url) for name, text in SAMPLES if name == "sh"]
    token = TOKEN.search(run("bash", "-c", generate))
    assert token
    answer = run("bash", "-c", f"TOKEN='{token.group()}'\n{status}")
    assert '"email":"example@personr.co"' in answer


@pytest.fixture
def clone(tmp_path: Path, binary: Path) -> Path:
    """A folder where `make run` has built the program."""
    (tmp_path / ".build/release").mkdir(parents=True)
    (tmp_path / ".build/release/latchkey").symlink_to(binary)
    return tmp_path


def typed(clone: Path, text: str, **options: object) -> subprocess.CompletedProcess:
    """What comes of lines that a reader types after the one that names the program's place."""
    [(_, path), *_] = [block for block in blocks("Run it", "sh") if "PATH" in block[1]]
    command = ["bash", "-euo", "pipefail", "-c", path + text]
    options = {"stdin": subprocess.DEVNULL} | options
    return subprocess.run(command, cwd=clone, env=clean_environment(), capture_output=True, timeout=60, **options)


def test_an_api_is_guarded_as_it_is_printed(clone: Path, launch: Callable[..., Server], tmp_path_factory):
    server = launch("--dev", directory=clone)
    section = "Guard an API in five minutes"
    text = "".join(block for _, block in blocks(section, "sh"))
    with api() as guarded, example("nginx", server.address, guarded.port, tmp_path_factory.mktemp("nginx")) as proxy:
        text = text.replace(ADDRESS, server.url).replace("127.0.0.1:8000", f"{proxy[0]}:{proxy[1]}")
        [revoke] = re.findall(r"`(latchkey token revoke [^`]*)`", README.partition(section)[2].partition("\n## ")[0])
        answer = "".join(line for line in text.splitlines(keepends=True) if line.strip().startswith("curl -H"))
        done = typed(clone, f"{text}\n{revoke}\n{answer}")
        assert done.returncode == 0, done.stderr
        [call] = guarded.take()
        assert call.values("X-Latchkey-Email") == ["orders@robots.example.com"]
    assert done.stdout.decode().startswith("ok<html>")
    assert b"401 Authorization Required" in done.stdout


def test_what_is_for_real_works_as_it_is_printed(clone: Path):
    """But for `serve`: no test listens beyond this machine."""
    [(_, text)] = blocks("For real", "sh")
    add, _, revoke, explain = text.splitlines()
    there, terminal = pty.openpty()
    for line in (add, add.replace("you@", "former.colleague@")):
        os.write(there, PASSWORD * 2)
        done = typed(clone, line, stdin=terminal)
        assert done.returncode == 0, done.stderr
    os.close(there)
    os.close(terminal)
    [(_, service)] = blocks("The life of a token", "sh")
    for line in (service, revoke, explain):
        done = typed(clone, line)
        assert done.returncode == 0, done.stderr


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_swift(sample: str, directory: Path) -> str:
    source, program = directory / "main.swift", directory / "sample"
    source.write_text(sample)
    run("swiftc", "-swift-version", "6", str(source), "-o", str(program))
    return run(str(program))


RUNNERS = {
    "sh": lambda sample, _: run("bash", "-c", sample),
    "javascript": lambda sample, _: run("node", "-e", sample),
    "python": lambda sample, _: run(sys.executable, "-c", sample),
    "ruby": lambda sample, _: run("ruby", "-e", sample),
    "swift": run_swift,
}
