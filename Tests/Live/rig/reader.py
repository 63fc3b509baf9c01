"""Somebody who reads the developer centre of a server and tries what it says."""

import re
from dataclasses import dataclass
from pathlib import Path

import requests

from rig.browser import Browser
from rig.pages import NAMES, Page, Sample, written
from rig.samples import run_in_browser, run_program
from rig.server import BASE_PATH, Server
from rig.tokens import REQUEST_SECONDS

DEFAULT_ADDRESS = "http://127.0.0.1:8080"
EMAIL, PASSWORD = "example@personr.co", "example123"
TOKEN = re.compile(r"bus\|\d{13}x\d{18}\|\d{13}x\d{18}")
SAMPLES = [sample for name in NAMES for sample in written(name)]


@dataclass
class Reader:
    """Somebody who reads a server's pages and has what the samples want: a token and a service account's password."""

    server: Server
    browser: Browser
    directory: Path
    variables: dict[str, str]
    pages: dict[str, Page]

    def served(self, sample: Sample) -> str:
        """The text of the sample in the page, as its copy button gives it."""
        [text] = [each.text for each in self.pages[sample.page].samples if each == self.filled(sample)]
        return text

    def filled(self, sample: Sample) -> Sample:
        text = sample.text.replace(DEFAULT_ADDRESS, self.server.url)
        return Sample(sample.page, sample.section, sample.language, sample.title, text)

    def run(self, sample: Sample) -> str:
        text = self.served(sample)
        if sample.title not in ("JavaScript", "jQuery"):
            return run_program(sample.language, text, self.directory, self.variables)
        typed = self.variables["PASSWORD" if "Password" in text else "TOKEN"]
        # What is not below the base path is for scripts of the server's own origin.
        page = None if BASE_PATH in text else f"{self.server.url}/status"
        return run_in_browser(self.browser, text, typed, page)


def is_program(sample: Sample) -> bool:
    return sample.language in ("sh", "js", "ruby", "python")


def place(sample: Sample) -> str:
    return f"{sample.page}#{sample.section}"


def command_line(server: Server, binary: Path, directory: Path) -> dict[str, str]:
    """An environment in which `latchkey` is the binary under test, beside the server."""
    (directory / "latchkey").symlink_to(binary)
    return {"PATH": f"{directory}:/usr/local/bin:/usr/bin:/bin", "LATCHKEY_DATA_DIRECTORY": str(server.data)}


def get(server: Server, target: str, **options: object) -> requests.Response:
    return requests.get(f"{server.url}{target}", timeout=REQUEST_SECONDS, **options)
