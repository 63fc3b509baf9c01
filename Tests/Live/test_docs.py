"""The developer centre: every sample of every page run as a reader finds it, and what the pages promise besides."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
import requests
import yaml

from conftest import ROOT
from rig.browser import Browser
from rig.commands import Commands
from rig.guarded import EXAMPLES
from rig.pages import DOCS, NAMES, Page, Sample, path, read, written
from rig.samples import run_in_browser, run_program
from rig.server import BASE_PATH, Server, start_server
from rig.tab import Tab, tab
from rig.tokens import REQUEST_SECONDS, generate, opens, status

DEFAULT_ADDRESS = "http://127.0.0.1:8080"
EMAIL, PASSWORD = "example@personr.co", "example123"
TOKEN = re.compile(r"bus\|\d{13}x\d{18}\|\d{13}x\d{18}")
LANGUAGES = {"cURL", "Node.js", "JavaScript", "Ruby", "Python"}
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


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("browser"), "")
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def docs_server(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What a reader starts to try the samples, who fails more often than a person may."""
    settings = {"LATCHKEY_THROTTLING_ENABLED": "false"}
    server = start_server(binary, tmp_path_factory.mktemp("docs"), "--dev", settings=settings)
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a person may look at the pages: a folder that LATCHKEY_PICTURES names, or one that goes away."""
    named = os.environ.get("LATCHKEY_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def pages(docs_server: Server) -> dict[str, Page]:
    return {name: read(name, get(docs_server, path(name)).text) for name in NAMES}


@pytest.fixture(scope="module")
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


def command_line(server: Server, binary: Path, directory: Path) -> dict[str, str]:
    """An environment in which `latchkey` is the binary under test, beside the server."""
    (directory / "latchkey").symlink_to(binary)
    return {"PATH": f"{directory}:/usr/local/bin:/usr/bin:/bin", "LATCHKEY_DATA_DIRECTORY": str(server.data)}


def get(server: Server, target: str, **options: object) -> requests.Response:
    return requests.get(f"{server.url}{target}", timeout=REQUEST_SECONDS, **options)


# What the programs below each heading print, and what is true then.


def a_new_token(reader: Reader, printed: str) -> None:
    token = TOKEN.search(printed)
    assert token, printed
    assert opens(reader.server, token.group())
    assert not opens(reader.server, reader.variables["TOKEN"])


def a_service_token(reader: Reader, printed: str) -> None:
    token = TOKEN.search(printed)
    assert token, printed
    owner = status(reader.server, token.group()).json()["response"]
    assert (owner["email"], owner["account_type"]) == ("invoices@robots.example.com", "service")
    assert opens(reader.server, reader.variables["TOKEN"])


def whose_it_is(_: Reader, printed: str) -> None:
    assert EMAIL in printed
    assert "renew_after" in printed


def an_instant(_: Reader, printed: str) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\s*", printed), printed


def revoked(reader: Reader, printed: str) -> None:
    assert re.search(r"revoked\W+true", printed), printed
    assert not opens(reader.server, reader.variables["TOKEN"])


def revoked_with_200(reader: Reader, printed: str) -> None:
    assert re.search(r"\b200\b", printed), printed
    assert not opens(reader.server, reader.variables["TOKEN"])


def revoked_by_operator(reader: Reader, _: str) -> None:
    assert not opens(reader.server, reader.variables["TOKEN"])


def live(_: Reader, printed: str) -> None:
    assert re.search(r"active\W+true", printed), printed
    assert EMAIL in printed


def a_refusal(_: Reader, printed: str) -> None:
    assert re.search(r"\b400\b", printed), printed
    assert "INVALID_LOGIN_CREDENTIALS" in printed


def a_pass(_: Reader, printed: str) -> None:
    assert re.fullmatch(rf"200 {EMAIL}\s*", printed), printed


def the_pair_in_base64(_: Reader, printed: str) -> None:
    assert printed == "ZXhhbXBsZUBwZXJzb25yLmNvOmV4YW1wbGUxMjM=\n"


def a_token_file(reader: Reader, _: str) -> None:
    assert opens(reader.server, (reader.directory / "token.txt").read_text())


def an_overlap(reader: Reader, _: str) -> None:
    generate(reader.server, EMAIL, PASSWORD)
    assert opens(reader.server, reader.variables["TOKEN"])
    off = "latchkey account overlap example@personr.co off"
    run_program("sh", off, reader.directory, reader.variables)
    assert not opens(reader.server, reader.variables["TOKEN"])


def an_account_looked_after(_: Reader, printed: str) -> None:
    assert "sends the invoices" in printed


def a_header_that_opens(reader: Reader, printed: str) -> None:
    name, value = printed.strip().replace("YOUR_TOKEN", reader.variables["TOKEN"]).split(": ")
    answer = get(reader.server, f"{BASE_PATH}/api-token-status", headers={name: value})
    assert answer.status_code == 200, answer.text


PRINTS = {
    "index#one-minute-to-the-first-call": whose_it_is,
    "generate-a-token#request": a_new_token,
    "basic-auth#request": a_new_token,
    "renew-a-token#when": an_instant,
    "status-and-revocation#ask-about-a-token": whose_it_is,
    "status-and-revocation#revoke-a-token": revoked,
    "service-accounts#sign-in-as-it": a_service_token,
    "oauth-clients#client-credentials": a_service_token,
    "oauth-clients#introspection": live,
    "oauth-clients#revocation": revoked_with_200,
    "errors#read-a-refusal": a_refusal,
    "guard-an-api#ask-without-a-proxy": a_pass,
}
# Of pieces that stand alone.
DOES = {
    "basic-auth#request": the_pair_in_base64,
    "renew-a-token#without-a-line-of-code": a_token_file,
    "renew-a-token#without-a-gap": an_overlap,
    "status-and-revocation#someone-else-s-token": revoked_by_operator,
    "service-accounts#look-after-it": an_account_looked_after,
}


def is_program(sample: Sample) -> bool:
    return sample.language in ("sh", "js", "ruby", "python")


def place(sample: Sample) -> str:
    return f"{sample.page}#{sample.section}"


# The one that makes the account runs once, for the others.
MAKES_THE_ACCOUNT = "service-accounts#make-one"
PROGRAMS = [each for each in SAMPLES if is_program(each) and place(each) != MAKES_THE_ACCOUNT]


@pytest.mark.parametrize("sample", PROGRAMS, ids=lambda sample: sample.name)
def test_a_program_does_what_the_page_says(sample: Sample, reader: Reader):
    check = (PRINTS if sample.title else DOES)[place(sample)]
    check(reader, reader.run(sample))


def test_every_request_is_there_in_every_language():
    for where in PRINTS:
        titles = {each.title for each in SAMPLES if place(each) == where and each.title and is_program(each)}
        assert titles >= LANGUAGES, where


def test_the_service_account_is_made_as_the_page_says(service_password: str, docs_server: Server, binary: Path):
    shown = Commands(binary, docs_server.data).run("account", "show", "invoices@robots.example.com", "--output", "json")
    assert shown.object["purpose"] == "sends the invoices"
    assert shown.object["scopes"] == ["invoices.read", "invoices.send"]
    assert len(service_password) >= 20


def test_the_header_of_the_page_opens(reader: Reader):
    [sample] = [each for each in SAMPLES if each.language == "http"]
    a_header_that_opens(reader, reader.served(sample))


# Answers: each JSON of a page against the server's own.


def sign_in(reader: Reader, password: str = PASSWORD) -> requests.Response:
    fields = {"email": (None, EMAIL), "password": (None, password)}
    return requests.post(f"{reader.server.base}/api-token-generate", files=fields, timeout=REQUEST_SECONDS)


def by_basic(reader: Reader, password: str = PASSWORD) -> requests.Response:
    return requests.post(f"{reader.server.base}/api-basic-auth", auth=(EMAIL, password), timeout=REQUEST_SECONDS)


def with_token(reader: Reader, method: str, name: str, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token or reader.variables['TOKEN']}"}
    return requests.request(method, f"{reader.server.base}/{name}", headers=headers, timeout=REQUEST_SECONDS)


def granted(reader: Reader, password: str | None = None) -> requests.Response:
    pair = ("invoices@robots.example.com", password or reader.variables["PASSWORD"])
    form = {"grant_type": "client_credentials"}
    return requests.post(f"{reader.server.url}/oauth2/token", auth=pair, data=form, timeout=REQUEST_SECONDS)


def introspected(reader: Reader, digit: str = "") -> requests.Response:
    token = reader.variables["TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    form = {"token": token.removesuffix(token[-1]) + (digit or token[-1])}
    return requests.post(f"{reader.server.url}/oauth2/introspect", headers=headers, data=form, timeout=REQUEST_SECONDS)


def another_digit(reader: Reader) -> str:
    return "1" if reader.variables["TOKEN"][-1] == "0" else "0"


ANSWERS: dict[tuple[str, str], Callable[[Reader], requests.Response]] = {
    ("generate-a-token#answer", "200"): sign_in,
    ("generate-a-token#answer", "400"): lambda reader: sign_in(reader, "not this one"),
    ("basic-auth#answer", "200"): by_basic,
    ("basic-auth#answer", "400"): lambda reader: by_basic(reader, "not this one"),
    ("status-and-revocation#ask-about-a-token", "200"): lambda reader: with_token(reader, "GET", "api-token-status"),
    ("status-and-revocation#ask-about-a-token", "401"): lambda reader: with_token(
        reader, "GET", "api-token-status", "bus"
    ),
    ("status-and-revocation#revoke-a-token", "200"): lambda reader: with_token(reader, "POST", "api-token-revoke"),
    ("oauth-clients#client-credentials", "200"): granted,
    ("oauth-clients#introspection", "live"): introspected,
    ("oauth-clients#introspection", "not live"): lambda reader: introspected(reader, another_digit(reader)),
    ("oauth-clients#refusals", "401"): lambda reader: granted(reader, "not this one"),
    ("errors#refusals-you-will-meet", "400 credentials"): lambda reader: sign_in(reader, "not this one"),
    ("errors#refusals-you-will-meet", "400 missing"): lambda reader: requests.post(
        f"{reader.server.base}/api-token-generate", data={"email": EMAIL}, timeout=REQUEST_SECONDS
    ),
    ("errors#refusals-you-will-meet", "400 invalid"): lambda reader: requests.post(
        f"{reader.server.base}/api-token-generate",
        headers={"Content-Type": "multipart/form-data"},
        data=b"x",
        timeout=REQUEST_SECONDS,
    ),
    ("errors#refusals-you-will-meet", "401"): lambda reader: get(reader.server, f"{BASE_PATH}/api-token-status"),
    ("errors#refusals-you-will-meet", "403"): lambda reader: get(
        reader.server, f"{BASE_PATH}/api-basic-auth", headers={"Sec-Fetch-Mode": "navigate"}
    ),
    ("errors#refusals-you-will-meet", "404"): lambda reader: get(reader.server, "/nothing"),
    ("errors#refusals-you-will-meet", "405"): lambda reader: get(reader.server, f"{BASE_PATH}/api-token-revoke"),
    ("errors#refusals-you-will-meet", "415"): lambda reader: requests.post(
        f"{reader.server.base}/api-token-generate",
        headers={"Content-Type": "text/plain"},
        data=b"x",
        timeout=REQUEST_SECONDS,
    ),
}
# These take a flood or a failing store; the Swift tests compare them with what is answered then.
PROVOKED_ELSEWHERE = [("errors#refusals-you-will-meet", "429"), ("errors#refusals-you-will-meet", "503")]
JSON_SAMPLES = [
    each for each in SAMPLES if each.language == "json" and (place(each), each.title) not in PROVOKED_ELSEWHERE
]
# Of an account, a token or an instant: these differ from answer to answer.
PERSONAL = {
    "token", "access_token", "user_id", "sub", "issued_at", "expires_at", "expires", "renew_after", "iat", "exp", "iss",
    "role",
}  # fmt: skip


@pytest.mark.parametrize("sample", JSON_SAMPLES, ids=lambda sample: sample.name)
def test_an_answer_is_as_the_page_shows_it(sample: Sample, reader: Reader):
    answer = ANSWERS[place(sample), sample.title](reader)
    if sample.title[:3].isdigit():
        assert answer.status_code == int(sample.title[:3])
    assert general(answer.json()) == general(json.loads(reader.served(sample)))


def general(value: object, name: str = "") -> object:
    if isinstance(value, dict):
        return [(key, general(member, key)) for key, member in value.items()]
    return type(value).__name__ if name in PERSONAL else value


# Configurations: the pages show the files of Examples, which other tests run behind real proxies.

CONFIGURATIONS = {
    "nginx": "nginx/nginx.conf",
    "caddy": "caddy/Caddyfile",
    "haproxy": "haproxy/haproxy.cfg",
    "lua": "haproxy/latchkey.lua",
}


@pytest.mark.parametrize("language", CONFIGURATIONS)
def test_a_configuration_is_the_example_that_is_run(language: str, reader: Reader):
    [sample] = [each for each in SAMPLES if each.language == language]
    assert reader.served(sample) == (EXAMPLES / CONFIGURATIONS[language]).read_text()


def test_nothing_on_a_page_is_left_out_here():
    claimed = {"http", "json", *CONFIGURATIONS}
    assert {each.language for each in SAMPLES if not is_program(each)} == claimed
    answers = {(place(each), each.title) for each in SAMPLES if each.language == "json"}
    assert answers == {*ANSWERS, *PROVOKED_ELSEWHERE}


# The pages themselves.


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_the_samples_of_its_file(name: str, reader: Reader):
    assert reader.pages[name].samples == [reader.filled(sample) for sample in written(name)]


@pytest.mark.parametrize("name", [*NAMES, "status"])
def test_every_link_of_a_page_leads_somewhere(name: str, pages: dict[str, Page], docs_server: Server):
    own = "/status" if name == "status" else path(name)
    page = read(name, get(docs_server, own).text)
    assert len(page.ids) == len(set(page.ids))
    for link in set(page.links):
        target, fragment = urldefrag(urljoin(own, link))
        assert target.startswith("/"), f"{link} leads to another host"
        # What needs a log-in is there, but for those who have logged in.
        answer = get(docs_server, target, allow_redirects=False)
        assert answer.status_code in (200, 303), f"{link}: {answer.status_code}"
        if fragment:
            assert fragment in read(target, answer.text).ids, link


def test_the_markdown_of_a_page_links_to_markdown(docs_server: Server):
    for name in NAMES:
        text = get(docs_server, f"/docs/{name}.md").text
        for file, fragment in re.findall(r"\]\(([\w-]+)\.md(?:#([\w-]+))?\)", text):
            assert (DOCS / f"{file}.md").exists(), f"{name} links to {file}"
            assert not fragment or fragment in read(file, get(docs_server, path(file)).text).ids, f"{file}#{fragment}"


def test_the_reference_is_that_of_the_description():
    program = [sys.executable, ROOT / "Tests/Live/reference.py", "--print"]
    fresh = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert (DOCS / "reference.md").read_text() == fresh, "run Tests/Live/reference.py"


def test_every_operation_of_the_description_is_in_the_reference(docs_server: Server):
    document = yaml.safe_load(get(docs_server, "/openapi.yaml").text)
    text = get(docs_server, "/docs/reference.md").text
    for target, item in document["paths"].items():
        section = text.partition(f"### `{target}`\n")[2].partition("\n### ")[0]
        assert set(re.findall(r"^- \*\*([A-Z]+)\*\*", section, re.MULTILINE)) == {method.upper() for method in item}


def test_what_a_public_address_says_is_on_the_page_and_the_host_header_is_not(launch: Callable[..., Server]):
    settings = {"LATCHKEY_SERVER_PUBLIC_URL": "https://tokens.example.com", "LATCHKEY_SERVER_BASE_PATH": "/v2"}
    server = launch(settings=settings)
    for target in [path(name) for name in NAMES] + [f"/docs/{name}.md" for name in NAMES]:
        text = get(server, target, headers={"Host": "evil.example"}).text
        assert "evil.example" not in text
        assert DEFAULT_ADDRESS not in text
        assert server.url not in text
        assert BASE_PATH not in text
    assert "'https://tokens.example.com/v2/api-token-generate'" in get(server, "/docs/generate-a-token.md").text


# The pages as a person uses them.


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_breaks_a_rule_of_axe(width: int, scheme: str, docs_server: Server, browser: Browser, pictures: Path):
    broken = {}
    for target in [*map(path, NAMES), "/status"]:
        with tab(browser, f"{docs_server.url}{target}", width=width, scheme=scheme) as page:
            page.screenshot(pictures / f"{target.strip('/').replace('/', '-')}-{width}-{scheme}.png")
            assert page.value("document.documentElement.scrollWidth") <= width, f"{target} is wider than the window"
            broken[target] = page.violations()
    assert not any(broken.values()), broken


def test_a_form_tries_the_request_and_keeps_no_password(docs_server: Server, browser: Browser):
    with tab(browser, f"{docs_server.url}/docs/generate-a-token") as page:
        page.type("#try-generate-email", EMAIL)
        page.type("#try-generate-password", "not this one")
        page.press("Enter")
        page.wait_for("document.querySelector('.outcome').textContent === 'Status 400'")
        assert "INVALID_LOGIN_CREDENTIALS" in page.value("document.querySelector('.try pre').textContent")
        assert page.value("document.querySelector('#try-generate-password').value") == ""
        page.type("#try-generate-password", PASSWORD)
        page.click(".try button")
        page.wait_for("document.querySelector('.outcome').textContent === 'Status 200'")
        shown = page.value("document.querySelector('.try pre').textContent")
        assert "content-type: application/json" in shown
        assert opens(docs_server, TOKEN.search(shown).group())
        assert page.value("document.querySelector('#try-generate-password').value") == ""
        assert PASSWORD not in page.value("JSON.stringify([localStorage, sessionStorage, location.href])")


def test_the_other_forms_try_their_requests(docs_server: Server, browser: Browser):
    with tab(browser, f"{docs_server.url}/docs/basic-auth") as page:
        page.type("#try-basic-email", EMAIL)
        page.type("#try-basic-password", PASSWORD)
        page.click(".try button")
        page.wait_for("document.querySelector('.outcome').textContent === 'Status 200'")
        token = TOKEN.search(page.value("document.querySelector('.try pre').textContent")).group()
    with tab(browser, f"{docs_server.url}/docs/status-and-revocation") as page:
        page.type("#try-status-token", token)
        page.press("Enter")
        page.wait_for("document.querySelector('[data-kind=status] .outcome').textContent === 'Status 200'")
        assert EMAIL in page.value("document.querySelector('[data-kind=status] pre').textContent")
        page.type("#try-revoke-token", token)
        page.press("Enter")
        page.wait_for("document.querySelector('[data-kind=revoke] .outcome').textContent === 'Status 200'")
    assert not opens(docs_server, token)


def test_a_language_is_chosen_by_keys_and_kept(docs_server: Server, browser: Browser):
    with tab(browser, f"{docs_server.url}/docs/generate-a-token") as page:
        page.value("localStorage.clear()")
        page.value("document.querySelector('#choice-1-1').focus()")
        page.press("ArrowRight")
        assert shown_sample(page).startswith("const axios")
        page.open(f"{docs_server.url}/docs/basic-auth")
        assert shown_sample(page).startswith("const axios")
        page.value("localStorage.clear()")


def test_without_scripts_a_language_is_chosen_and_a_hint_stands_for_the_form(docs_server: Server, browser: Browser):
    with tab(browser, f"{docs_server.url}/docs/generate-a-token", scripts=False) as page:
        page.click("label[for=choice-1-6]")
        assert shown_sample(page).startswith("import requests")
        assert page.value("document.querySelector('noscript').checkVisibility()")
        assert not page.value("document.querySelector('.try').checkVisibility()")


def shown_sample(page: Tab) -> str:
    [text] = page.value(
        "[...document.querySelector('.choice').querySelectorAll('code')].filter((each) => each.checkVisibility())"
        ".map((each) => each.textContent)"
    )
    return text
