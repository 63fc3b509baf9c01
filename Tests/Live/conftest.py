"""The servers, accounts and clients that the live tests share."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rig.authority import Authority, make_authority
from rig.browser import Browser
from rig.commands import Account, Commands
from rig.pages import NAMES, Page, path, read
from rig.postgres import Postgres, start_postgres
from rig.reader import EMAIL, PASSWORD, SAMPLES, Reader, command_line, get
from rig.samples import run_program
from rig.server import Server, start_server
from rig.tokens import generate

ROOT = Path(__file__).resolve().parents[2]

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def binary() -> Path:
    """The binary under test: `LATCHKEY_BINARY`, or the debug build."""
    path = Path(os.environ.get("LATCHKEY_BINARY", ROOT / ".build/debug/latchkey")).resolve()
    assert os.access(path, os.X_OK), f"{path} is not there: build it, or say where it is by LATCHKEY_BINARY"
    return path


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over plain HTTP that the tests share, each with an account of its own; it must stop cleanly."""
    # Tests that are not about throttling fail often from one address.
    settings = {"LATCHKEY_THROTTLING_ENABLED": "false"}
    server = start_server(binary, tmp_path_factory.mktemp("server"), settings=settings)
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def secure_server(binary: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The manual's own account over TLS, as `serve --dev` makes it; it must stop cleanly."""
    directory = tmp_path_factory.mktemp("secure")
    # All samples sign in as one account from one address, and fail as often as not.
    settings = {**authority.server_settings, "LATCHKEY_THROTTLING_ENABLED": "false"}
    server = start_server(binary, directory, "--dev", settings=settings, root=authority.root)
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def commands(binary: Path, server: Server) -> Commands:
    """The command line beside the shared server."""
    return Commands(binary, server.data)


@pytest.fixture(scope="session")
def resident(commands: Commands) -> Account:
    """An account for tests that only sign in, or only need some token to be live: a new one costs time."""
    return commands.add_account("resident@example.com", "correct horse battery staple")


@pytest.fixture
def add_account(commands: Commands) -> Callable[..., Account]:
    """Makes accounts of the shared server that no other test knows."""

    def add(password: str | None = None) -> Account:
        number = next(numbers)
        return commands.add_account(f"tester-{number}@example.com", password or f"correct horse battery {number}")

    return add


@pytest.fixture
def account(add_account: Callable[..., Account]) -> Account:
    """A new account of the shared server."""
    return add_account()


@pytest.fixture
def launch(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts servers of the test's own; those still running at its end must stop cleanly."""
    started: list[Server] = []

    def start(*arguments: str, directory: Path | None = None, **options: object) -> Server:
        options.setdefault("settings")
        server = start_server(
            options.pop("binary", binary), directory or tmp_path_factory.mktemp("own"), *arguments, **options
        )
        started.append(server)
        return server

    yield start
    with ExitStack() as ends:
        for server in started:
            ends.callback(stop_cleanly, server)


def stop_cleanly(server: Server) -> None:
    if server.is_running:
        assert server.stop() == 0


@pytest.fixture(scope="session")
def browser(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One that trusts the secure server's certificate."""
    browser = Browser(tmp_path_factory.mktemp("browser"), authority.key_hash)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a person may look at the pages: a folder that LATCHKEY_PICTURES names, or one that goes away."""
    named = os.environ.get("LATCHKEY_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that the tests share, each with a database of its own."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def docs_server(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What a reader starts to try the samples, who fails more often than a person may."""
    settings = {"LATCHKEY_THROTTLING_ENABLED": "false"}
    server = start_server(binary, tmp_path_factory.mktemp("docs"), "--dev", settings=settings)
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def pages(docs_server: Server) -> dict[str, Page]:
    return {name: read(name, get(docs_server, path(name)).text) for name in NAMES}


@pytest.fixture(scope="session")
def service_password(docs_server: Server, binary: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of the service account of the pages, made as the page says."""
    [sample] = [each for each in SAMPLES if each.page == "service-accounts" and each.section == "make-one"]
    directory = tmp_path_factory.mktemp("service")
    return run_program("sh", sample.text, directory, command_line(docs_server, binary, directory)).removesuffix("\n")


@pytest.fixture
def reader(
    docs_server: Server, browser: Browser, pages: dict, service_password: str, binary: Path, tmp_path: Path
) -> Reader:
    token = generate(docs_server, EMAIL, PASSWORD)
    (tmp_path / "password.txt").write_text(PASSWORD)
    variables = command_line(docs_server, binary, tmp_path) | {"TOKEN": token, "PASSWORD": service_password}
    return Reader(docs_server, browser, tmp_path, variables, pages)
