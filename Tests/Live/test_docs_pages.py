"""The developer centre: its pages as they are served, and as a person uses them."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
import yaml

from conftest import ROOT
from rig.browser import Browser
from rig.pages import DOCS, NAMES, Page, path, read, written
from rig.reader import DEFAULT_ADDRESS, EMAIL, PASSWORD, TOKEN, Reader, get
from rig.server import BASE_PATH, Server
from rig.tab import Tab, tab
from rig.tokens import opens

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


# Colours are the scheme's and sizes the width's: two looks show all four.
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
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
