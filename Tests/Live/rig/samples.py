"""Runs samples with the tools they are written for, and gives what they print."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

from rig.browser import Browser, Printed, origin
from rig.server import clean_environment

JQUERY = Path("/usr/share/javascript/jquery/jquery.min.js")
# The stand-in for the one module that Debian has not, and Debian's own, which a Node from elsewhere does not look for.
NODE_MODULES = os.pathsep.join([str(Path(__file__).parent / "node"), "/usr/share/nodejs"])
CLIENT_SECONDS = 60

INTERPRETERS = {"sh": ["bash", "-e"], "js": ["node"], "ruby": ["ruby"], "python": [sys.executable]}
EMPTY_PAGE = """<!doctype html><meta charset="utf-8"><title>A page of another origin</title>
    <script src="/jquery.js"></script>"""

numbers = itertools.count(1)


def run_program(language: str, text: str, directory: Path, variables: dict[str, str]) -> str:
    """What a sample writes to standard output; it must end well."""
    file = directory / f"sample-{next(numbers)}"
    file.write_text(text)
    settings = {"NODE_PATH": NODE_MODULES, "NO_PROXY": "*", "PYTHONUTF8": "1"} | variables
    result = subprocess.run(
        [*INTERPRETERS[language], file],
        cwd=directory,
        env=clean_environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=CLIENT_SECONDS,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def run_in_browser(browser: Browser, text: str, typed: str, page: str | None = None) -> str:
    """What a script prints in `page`, or in one of another origin that has jQuery; `typed` answers its question."""
    script = f"globalThis.prompt = () => {json.dumps(typed)};\n{text}"
    if page:
        return words(browser.printed_by(script, page))
    html = ("text/html; charset=utf-8", EMPTY_PAGE.encode())
    files = {"/": html, "/jquery.js": ("text/javascript", JQUERY.read_bytes())}
    with origin(files) as address:
        return words(browser.printed_by(script, f"{address}/"))


def words(call: Printed) -> str:
    return " ".join(each if isinstance(each, str) else json.dumps(each) for each in call.arguments)
