"""The README's samples, run as they stand there but for the address of the server."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from rig.server import Server, start_server

README = (ROOT / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8080"
FIRST_TOKEN = README.partition("## Your first token")[2].partition("\n## ")[0]
SAMPLES = re.findall(r"```(\w+)\n(.*?)```", FIRST_TOKEN, re.DOTALL)
TOKEN = re.compile(r"bus\|\d{13}x\d{18}\|\d{13}x\d{18}")


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
