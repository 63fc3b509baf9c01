"""Every request sample of the manual, run as it is printed but for host and credentials, over TLS."""

import base64
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rig.authority import Authority
from rig.browser import Browser, Printed, origin
from rig.samples import CLIENT_SECONDS, JQUERY, NODE_MODULES
from rig.server import Server, clean_environment
from rig.tokens import SUCCESS, WRONG_CREDENTIALS, opens, token_in

SAMPLES = Path(__file__).parent / "samples"
EMAIL, PASSWORD = "example@personr.co", "example123"

INTERPRETERS = {"curl.sh": ["bash", "-e"], "node.js": ["node"], "ruby.rb": ["ruby"], "python.py": [sys.executable]}
PAGES = ["token-generate", "basic-auth"]
# axios prints no raw body.
PRINTS_RAW_BODY = [page + "/" + name for page in PAGES for name in ("curl.sh", "ruby.rb", "python.py")]

numbers = itertools.count(1)


def sample(name: str, server: Server, password: str = PASSWORD) -> str:
    """The sample with the server's address and this password; curl's Basic sample opens nothing as printed."""
    text = (SAMPLES / name).read_text()
    assert text.count("https://enterprise.personr.co") == 1
    text = text.replace("https://enterprise.personr.co", server.url)
    encoded = base64.b64encode(f"{EMAIL}:{password}".encode()).decode()
    return text.replace(PASSWORD, password).replace("dXNlcm5hbWU6cGFzc3dvcmQ=", encoded)


def run(name: str, text: str, authority: Authority, directory: Path) -> subprocess.CompletedProcess:
    file = directory / f"{next(numbers)}-{Path(name).name}"
    file.write_text(text)
    settings = authority.client_settings | {"NODE_PATH": NODE_MODULES, "NO_PROXY": "*", "PYTHONUTF8": "1"}
    return subprocess.run(
        [*INTERPRETERS[Path(name).name], file],
        cwd=directory,
        env=clean_environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=CLIENT_SECONDS,
    )


def assert_succession(server: Server, tokens: list[str]) -> None:
    """Only the newest of an account's tokens opens anything."""
    assert [opens(server, token) for token in tokens] == [False] * (len(tokens) - 1) + [True]


@pytest.mark.parametrize("name", PRINTS_RAW_BODY)
def test_the_sample_prints_the_body_and_each_new_token_ends_the_one_before(
    name: str, secure_server: Server, authority: Authority, tmp_path: Path
):
    end = b"" if name.endswith("curl.sh") else b"\n"
    tokens = []
    for _ in range(2):
        result = run(name, sample(name, secure_server), authority, tmp_path)
        assert result.returncode == 0, result.stderr
        assert result.stdout.endswith(end)
        tokens.append(token_in(result.stdout.removesuffix(end)))
        assert_succession(secure_server, tokens)


@pytest.mark.parametrize("name", PRINTS_RAW_BODY)
def test_the_sample_prints_the_refusal_to_the_byte(
    name: str, secure_server: Server, authority: Authority, tmp_path: Path
):
    end = b"" if name.endswith("curl.sh") else b"\n"
    result = run(name, sample(name, secure_server, "example124"), authority, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == WRONG_CREDENTIALS.encode() + end


def test_curls_basic_sample_is_refused_with_the_credentials_the_manual_prints(
    secure_server: Server, authority: Authority, tmp_path: Path
):
    text = (SAMPLES / "basic-auth/curl.sh").read_text().replace("https://enterprise.personr.co", secure_server.url)
    result = run("curl.sh", text, authority, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == WRONG_CREDENTIALS.encode()


def test_the_axios_form_sample_prints_the_parsed_object(secure_server: Server, authority: Authority, tmp_path: Path):
    tokens = []
    for _ in range(2):
        result = run("node.js", sample("token-generate/node.js", secure_server), authority, tmp_path)
        assert result.returncode == 0, result.stderr
        # `JSON.stringify` keeps the order of keys, so what it prints is the body again.
        tokens.append(token_in(result.stdout.removesuffix(b"\n")))
        assert_succession(secure_server, tokens)


def test_the_axios_form_sample_prints_an_error_with_status_400(
    secure_server: Server, authority: Authority, tmp_path: Path
):
    result = run("node.js", sample("token-generate/node.js", secure_server, "example124"), authority, tmp_path)
    assert result.returncode == 0, result.stderr
    printed = result.stdout.decode()
    assert "AxiosError: Request failed with status code 400" in printed
    assert "reason: 'INVALID_LOGIN_CREDENTIALS'" in printed
    assert "We didn\u2019t find an account with those login credentials" in printed


def test_the_axios_basic_sample_prints_the_parsed_object(secure_server: Server, authority: Authority, tmp_path: Path):
    tokens = []
    for _ in range(2):
        result = run("node.js", sample("basic-auth/node.js", secure_server), authority, tmp_path)
        assert result.returncode == 0, result.stderr
        printed = re.fullmatch(
            r"Response: \{\s+status: 'success',\s+response: \{\s+token: '([^']+)',\s+user_id: '([^']+)',"
            r"\s+expires: 31536000\s+\}\s+\}\s+",
            result.stdout.decode(),
        )
        assert printed, result.stdout
        tokens.append(printed[1])
        assert printed[1].split("|")[1] == printed[2]
        assert_succession(secure_server, tokens)


def test_the_axios_basic_sample_prints_an_error_with_status_400(
    secure_server: Server, authority: Authority, tmp_path: Path
):
    result = run("node.js", sample("basic-auth/node.js", secure_server, "example124"), authority, tmp_path)
    assert result.returncode == 0
    assert result.stdout == b""
    printed = result.stderr.decode()
    assert printed.startswith("Error: AxiosError: Request failed with status code 400")
    assert "reason: 'INVALID_LOGIN_CREDENTIALS'" in printed


def open_page(browser: Browser, script: str) -> list[Printed]:
    """What a page of another origin prints when it runs the script, jQuery loaded, up to the answer's last trace.

    jQuery's sample prints nothing on an error, so the page also says when a jQuery request is complete.
    """
    html = f"""<!doctype html><meta charset="utf-8"><title>A page of another origin</title>
        <script src="/jquery.js"></script>
        <script>$(document).ajaxComplete((event, answer) => console.info("complete", answer.status))</script>
        <script>{script}</script>"""
    files = {
        "/": ("text/html; charset=utf-8", html.encode()),
        "/jquery.js": ("text/javascript", JQUERY.read_bytes()),
    }
    with origin(files) as address:
        return browser.printed(
            f"{address}/",
            lambda call: call.method == "info" or call.arguments[0] in ("Response:", "Error:"),
        )


def test_jquerys_sample_prints_a_string_in_a_page_of_another_origin(secure_server: Server, browser: Browser):
    tokens = []
    for _ in range(2):
        answer, complete = open_page(browser, sample("token-generate/browser.js", secure_server))
        assert answer.method == "log"
        [body] = answer.arguments
        tokens.append(token_in(body))
        assert complete.arguments == ["complete", 200]
        assert_succession(secure_server, tokens)


def test_jquerys_sample_prints_nothing_on_400_and_the_page_may_read_the_status(secure_server: Server, browser: Browser):
    [complete] = open_page(browser, sample("token-generate/browser.js", secure_server, "example124"))
    # A 400 without `Access-Control-Allow-Origin` would be a status of 0 here.
    assert complete.arguments == ["complete", 400]


def test_fetchs_sample_prints_the_object_in_a_page_of_another_origin(secure_server: Server, browser: Browser):
    tokens = []
    for _ in range(2):
        [answer] = open_page(browser, sample("basic-auth/browser.js", secure_server))
        label, body = answer.arguments
        assert (answer.method, label) == ("log", "Response:")
        assert SUCCESS.fullmatch(json.dumps(body, separators=(",", ":"))), body
        tokens.append(body["response"]["token"])
        assert_succession(secure_server, tokens)


def test_fetchs_sample_prints_the_object_on_400_too(secure_server: Server, browser: Browser):
    [answer] = open_page(browser, sample("basic-auth/browser.js", secure_server, "example124"))
    assert (answer.method, answer.arguments) == ("log", ["Response:", json.loads(WRONG_CREDENTIALS)])


def test_the_manuals_account_works_over_plain_http_as_serve_dev_starts(binary: Path, launch, tmp_path: Path):
    server = launch("--dev", directory=tmp_path)
    text = sample("token-generate/python.py", server)
    result = subprocess.run(
        [sys.executable, "-c", text],
        env=clean_environment({"NO_PROXY": "*"}),
        capture_output=True,
        timeout=CLIENT_SECONDS,
    )
    assert result.returncode == 0, result.stderr
    token_in(result.stdout.removesuffix(b"\n"))
