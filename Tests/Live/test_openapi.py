"""`/openapi.yaml` against the server that it describes: what it says is what is answered."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import schemathesis
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import BaseSchema

from rig.bodies import JSON, MULTIPART, URL_ENCODED, basic, json_object, multipart, url_encoded
from rig.commands import Account, Commands
from rig.server import BASE_PATH, Server, clean_environment
from rig.tokens import generate

GENERATE = BASE_PATH + "/api-token-generate"
BASIC = BASE_PATH + "/api-basic-auth"
STATUS = BASE_PATH + "/api-token-status"
REVOKE = BASE_PATH + "/api-token-revoke"
PASSWORD = "correct horse battery staple"
RUN_SECONDS = 300


@pytest.fixture(scope="module")
def document(server: Server) -> dict:
    answer = requests.get(f"{server.url}/openapi.yaml", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/yaml"
    return yaml.safe_load(answer.text)


@pytest.fixture(scope="module")
def schema(document: dict) -> BaseSchema:
    return schemathesis.openapi.from_dict(document)


def test_the_document_is_valid_openapi(document: dict):
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_has_the_deployments_own_paths_and_address(launch: Callable[..., Server]):
    settings = {"LATCHKEY_SERVER_BASE_PATH": "/v2", "LATCHKEY_SERVER_PUBLIC_URL": "https://tokens.example.com/"}
    own = yaml.safe_load(requests.get(f"{launch(settings=settings).url}/openapi.yaml", timeout=10).text)
    assert own["servers"] == [{"url": "https://tokens.example.com"}]
    assert "/v2/api-token-generate" in own["paths"]
    assert not [path for path in own["paths"] if path.startswith(BASE_PATH)]


def test_schemathesis_finds_no_fault(launch: Callable[..., Server], binary: Path, tmp_path: Path):
    # What it generates is refused far more often than an attacker's guesses may be.
    server = launch(settings={"LATCHKEY_THROTTLING_ENABLED": "false"})
    commands = Commands(binary, server.data)
    # One account's sign-ins must not end the token that the other operations are asked with.
    commands.add_account("basic@example.com", PASSWORD)
    bearer = commands.add_account("bearer@example.com", PASSWORD)
    variables = {
        "LATCHKEY_EMAIL": "basic@example.com",
        "LATCHKEY_PASSWORD": PASSWORD,
        "LATCHKEY_TOKEN": generate(server, bearer.email, bearer.password),
    }
    program = Path(sys.executable).with_name("schemathesis")
    run = subprocess.run(
        [program, "--config-file", Path(__file__).with_name("schemathesis.toml"), "run"]
        + [f"{server.url}/openapi.yaml", "--max-examples", "10", "--no-color", "--generation-database", "none"],
        cwd=tmp_path,
        env=clean_environment(variables),
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )
    assert run.returncode == 0, run.stdout + run.stderr


FIELDS = ("email", "nobody@example.com"), ("password", PASSWORD)
REFUSED = [
    (400, "POST", GENERATE, {"Content-Type": JSON}, json_object(*FIELDS)),
    (400, "POST", GENERATE, {"Content-Type": JSON}, b"{"),
    (400, "POST", GENERATE, {}, b""),
    (400, "POST", GENERATE + "?access_token=x", {"Content-Type": JSON}, json_object(*FIELDS)),
    (413, "POST", GENERATE, {"Content-Type": JSON}, b"x" * 20_000),
    (414, "GET", STATUS + "?" + "x" * 9_000, {}, b""),
    (415, "POST", GENERATE, {"Content-Type": "text/plain"}, b"x"),
    (415, "POST", REVOKE, {"Content-Encoding": "gzip"}, b"x"),
    (417, "GET", STATUS, {"Expect": "more"}, b""),
    (425, "POST", REVOKE, {"Early-Data": "1"}, b""),
    (431, "GET", "/health/ready", {f"X-{number}": "x" for number in range(200)}, b""),
    (400, "GET", BASIC, {}, b""),
    (400, "POST", BASIC, {"Authorization": "Basic x"}, b""),
    (403, "GET", BASIC, {"Sec-Fetch-Mode": "navigate"}, b""),
    (401, "GET", STATUS, {}, b""),
    (401, "POST", STATUS, {"Authorization": "Bearer x"}, b""),
    (401, "POST", REVOKE, {"Authorization": "Bearer x"}, b""),
]


@pytest.mark.parametrize(("status", "method", "target", "headers", "body"), REFUSED)
def test_a_refusal_is_in_the_document_as_it_is_answered(
    status: int, method: str, target: str, headers: dict, body: bytes, server: Server, schema: BaseSchema
):
    answer = requests.request(method, server.url + target, headers=headers, data=body, timeout=10)
    assert answer.status_code == status, answer.text
    assert_described(answer, target, method, schema)


def test_every_success_is_in_the_document_as_it_is_answered(server: Server, account: Account, schema: BaseSchema):
    credentials = ("email", account.email), ("password", account.password)
    sign_ins = [
        ("POST", GENERATE, {"Content-Type": MULTIPART}, multipart(*credentials)),
        ("POST", GENERATE, {"Content-Type": URL_ENCODED}, url_encoded(*credentials)),
        ("POST", GENERATE, {"Content-Type": JSON}, json_object(*credentials)),
        ("GET", BASIC, {"Authorization": basic(account.email, account.password)}, b""),
        ("POST", BASIC, {"Authorization": basic(account.email, account.password)}, b"anything"),
    ]
    for method, path, headers, body in sign_ins:
        answer = requests.request(method, server.url + path, headers=headers, data=body, timeout=10)
        assert_success(answer, path, method, schema)
    bearer = {"Authorization": f"Bearer {answer.json()['response']['token']}"}
    guards = [("GET", f"/guard/{dialect}") for dialect in ("auth-request", "forward-auth", "ext-authz")]
    for method, path in [("GET", STATUS), ("POST", STATUS), *guards, ("POST", REVOKE)]:
        assert_success(requests.request(method, server.url + path, headers=bearer, timeout=10), path, method, schema)
    for path in ["/health/alive", "/health/ready", "/openapi.yaml"]:
        for method in ["GET", "HEAD"]:
            assert_success(requests.request(method, server.url + path, timeout=10), path, method, schema)


def assert_success(answer: requests.Response, target: str, method: str, schema: BaseSchema) -> None:
    assert answer.status_code == 200, answer.text
    assert_described(answer, target, method, schema)


def assert_described(answer: requests.Response, target: str, method: str, schema: BaseSchema) -> None:
    """The operation has this status by its number, and for it this type, these headers and this body."""
    operation = schema[target.partition("?")[0]][method]
    assert str(answer.status_code) in operation.definition.raw["responses"]
    operation.validate_response(answer)
