"""A server's life: how it starts, what it refuses to start on, how it stops, and what it never writes down."""

import json
import re
import shutil
import signal
import ssl
import stat
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from rig.authority import make_authority
from rig.bodies import URL_ENCODED, basic, url_encoded
from rig.commands import Commands
from rig.server import BASE_PATH, STOP_SECONDS, Server, clean_environment, start_server
from rig.tokens import generate, opens, token_in
from rig.waiting import wait_until
from rig.wire import Connection, exchange, request

GENERATE, BASIC = BASE_PATH + "/api-token-generate", BASE_PATH + "/api-basic-auth"
PASSWORD = "correct horse battery staple"


def with_account(launch, binary: Path, **options: object) -> tuple[Server, Commands]:
    """A server of the test's own with one account, and its command line."""
    server = launch(**options)
    commands = Commands(binary, server.data, options.get("settings"))
    commands.add_account("one@example.com", PASSWORD)
    return server, commands


def test_one_line_on_standard_output_says_where_it_listens(launch):
    server = launch()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server.url)
    assert server.stop() == 0
    assert server.rest_of_stdout == b""


def test_the_url_over_tls_is_https(secure_server: Server):
    assert secure_server.url.startswith("https://")


def test_tokens_and_accounts_outlive_a_restart(launch, binary: Path, tmp_path: Path):
    server, _ = with_account(launch, binary, directory=tmp_path)
    older, newer = (generate(server, "one@example.com", PASSWORD) for _ in range(2))
    assert server.stop() == 0
    server = launch(directory=tmp_path)
    assert (opens(server, older), opens(server, newer)) == (False, True)
    assert opens(server, generate(server, "one@example.com", PASSWORD))


def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(launch, binary: Path):
    server, commands = with_account(launch, binary)
    second = commands.run("serve", "--port", "0")
    assert second.code == 2, second
    assert second.stdout == ""
    assert opens(server, generate(server, "one@example.com", PASSWORD))


def test_without_its_keys_a_store_in_use_is_not_served(launch, binary: Path):
    server, commands = with_account(launch, binary)
    assert server.stop() == 0
    keys = server.data / "latchkey.keys"
    kept = keys.read_bytes()
    keys.unlink()
    refused = commands.run("serve", "--port", "0")
    assert refused.code == 2, refused
    assert "latchkey.keys" in refused.stderr
    assert not keys.exists()
    keys.write_bytes(kept)
    keys.chmod(0o600)
    assert opens(
        launch(directory=server.data.parent), commands.run("token", "generate", "one@example.com").stdout.strip()
    )


def test_the_keys_of_another_store_open_nothing(launch, binary: Path, tmp_path_factory: pytest.TempPathFactory):
    server, _ = with_account(launch, binary)
    token = generate(server, "one@example.com", PASSWORD)
    other = launch()
    assert (server.stop(), other.stop()) == (0, 0)
    stolen = tmp_path_factory.mktemp("stolen")
    shutil.copytree(server.data, stolen / "data")
    shutil.copy(other.data / "latchkey.keys", stolen / "data/latchkey.keys")
    try:
        thief = start_server(binary, stolen)
    except AssertionError:
        return
    try:
        answer = exchange(thief, request("GET", BASE_PATH + "/api-token-status", {"Authorization": f"Bearer {token}"}))
        assert answer.status in (401, 503)
        answer = exchange(thief, request("GET", BASIC, {"Authorization": basic("one@example.com", PASSWORD)}))
        assert answer.status in (400, 503)
    finally:
        thief.kill()


def test_the_keys_and_the_data_are_the_owners_alone(server: Server):
    files = [server.data, *server.data.iterdir()]
    assert server.data / "latchkey.keys" in files
    assert [file for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077] == []


def test_a_stop_answers_the_sign_ins_in_flight(launch, binary: Path, tmp_path: Path):
    # Slow enough to be under way, and fast enough for the second one's turn to come before its deadline.
    settings = {"LATCHKEY_SERVER_THREADS": "1", "LATCHKEY_PASSWORDS_ITERATIONS": "8"}
    server, _ = with_account(launch, binary, settings=settings, directory=tmp_path)
    sign_in = request("POST", BASIC, {"Authorization": basic("one@example.com", PASSWORD)})
    connections = [Connection(server) for _ in range(2)]
    for connection in connections:
        connection.send(sign_in)
    # The one event loop has seen the sign-ins when it answers what was sent after them.
    assert exchange(server, request("GET", "/health/alive")).status == 200
    start = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    tokens = []
    for connection in connections:
        with connection:
            tokens.append(token_in(connection.answer().body))
            assert connection.is_closed_by_server
    assert server.wait() == 0
    assert time.monotonic() - start < STOP_SECONDS
    server = launch(directory=tmp_path, settings=settings)
    assert sum(opens(server, token) for token in tokens) == 1


@pytest.mark.parametrize(
    "sent", [b"", b"POST " + GENERATE.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na"]
)
def test_a_stop_waits_for_no_silent_client(sent: bytes, launch):
    server = launch()
    with Connection(server) as connection:
        connection.send(request("GET", "/health/alive") + sent)
        assert connection.answer().status == 200
        assert server.stop() == 0


def test_an_interrupt_stops_it_as_well(launch):
    server = launch()
    server.process.send_signal(signal.SIGINT)
    assert server.wait() == 0


def test_no_secret_is_written_to_logs_or_data_at_any_level(launch, binary: Path):
    settings = {"LATCHKEY_LOG_LEVEL": "trace"}
    server, commands = with_account(launch, binary, settings=settings)
    wrong = "canary wrong password"
    token = generate(server, "one@example.com", PASSWORD)
    bearer = {"Authorization": f"Bearer {token}"}
    form = url_encoded(("email", "one@example.com"), ("password", wrong))
    requests = [
        request("POST", GENERATE, {"Content-Type": URL_ENCODED}, form),
        request("POST", GENERATE, {"Content-Type": "application/json"}, b'{"password":"' + wrong.encode()),
        request("GET", BASIC, {"Authorization": basic("one@example.com", wrong)}),
        request("GET", BASIC, {"Authorization": "Basic " + wrong}),
        request("GET", f"{BASE_PATH}/api-token-status?access_token={token}"),
        request("GET", f"{BASE_PATH}/api-token-status", bearer),
        request("GET", f"{BASE_PATH}/{token}", bearer),
        request("POST", f"{BASE_PATH}/api-token-revoke", bearer),
        request("GET", f"{BASE_PATH}/api-token-status", bearer),
    ]
    said = b"".join(exchange(server, data).body for data in requests)
    outcome = commands.run("account", "password", "one@example.com", "--password-stdin", stdin="canary new password")
    commands_token = commands.run("token", "generate", "one@example.com").stdout.strip()
    assert opens(server, commands_token)
    said += (outcome.stdout + outcome.stderr).encode()
    files = [server.log, *(file for file in server.data.rglob("*") if file.is_file())]
    written = b"".join(file.read_bytes() for file in files)
    assert server.stop() == 0
    written += b"".join(file.read_bytes() for file in files if file.exists()) + server.rest_of_stdout + said
    secrets = [PASSWORD, wrong, "canary new password", token.split("|")[2], commands_token.split("|")[2]]
    secrets += [basic("one@example.com", each).split()[1] for each in (PASSWORD, wrong)]
    assert [secret for secret in secrets if secret.encode() in written] == []
    assert b"one@example.com" not in server.log.read_bytes()


def test_metrics_stand_on_a_port_of_their_own(launch, binary: Path):
    server, _ = with_account(launch, binary, settings={"LATCHKEY_METRICS_PORT": "0"})
    token = generate(server, "one@example.com", PASSWORD)
    assert opens(server, token)
    with urllib.request.urlopen(server.metrics_url, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        text = answer.read().decode()
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.e+-]+|[a-z_]+\{.*le="\+Inf".*\} \d+')
    lines = text.splitlines()
    assert len(lines) > 10
    assert [line for line in lines if not line.startswith("#") and not sample.fullmatch(line)] == []
    assert token not in text
    assert "one@example.com" not in text
    assert exchange(server, request("GET", "/metrics")).status == 404


def test_a_renewed_certificate_is_used_without_a_restart(launch, tmp_path: Path):
    places = [tmp_path / name for name in ("first", "second")]
    for place in places:
        place.mkdir()
    first, second = (make_authority(place) for place in places)
    server = launch("--dev", settings=first.server_settings, root=first.root)

    def presented() -> str:
        return ssl.get_server_certificate(server.address, timeout=10)

    assert presented().strip() == first.certificate.read_text().strip()
    # As certificate clients do: each file replaced at once by a whole one.
    for new, old in ((second.key, first.key), (second.certificate, first.certificate)):
        shutil.copy(new, old.with_suffix(".new"))
        old.with_suffix(".new").replace(old)
    wait_until(lambda: presented().strip() == second.certificate.read_text().strip(), 15, "the new certificate is used")


def test_development_mode_prints_a_line_to_paste_that_makes_a_token(launch, tmp_path: Path):
    server = launch("--dev", directory=tmp_path)
    [line] = [line for line in server.log.read_text().splitlines() if line.strip().startswith("curl ")]
    body = subprocess.run(
        ["bash", "-c", line],
        env=clean_environment({"NO_PROXY": "*"}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout
    assert opens(server, token_in(body))


def test_development_mode_keeps_its_data_where_commands_reach_them(launch, binary: Path, tmp_path: Path):
    server = launch("--dev", directory=tmp_path)
    token = generate(server, "example@personr.co", "example123")
    assert Commands(binary, tmp_path / "latchkey-dev").run("token", "revoke", "example@personr.co").code == 0
    assert not opens(server, token)


def test_without_an_account_it_prints_the_line_that_adds_one(launch, binary: Path):
    server = launch()
    [line] = [line for line in server.log.read_text().splitlines() if " account add " in line]
    assert str(server.data) in line
    adding = subprocess.run(
        ["bash", "-c", f"{line} --password-stdin --output json"],
        env=clean_environment(),
        input=PASSWORD,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert adding.returncode == 0, adding
    assert opens(server, generate(server, json.loads(adding.stdout)["email"], PASSWORD))


def test_the_lifetime_and_the_length_of_the_secret_are_settings(launch):
    settings = {"LATCHKEY_TOKENS_LIFETIME": "30d", "LATCHKEY_TOKENS_SECRET_DIGITS": "39"}
    server = launch("--dev", settings=settings)
    answer = exchange(server, request("GET", BASIC, {"Authorization": basic("example@personr.co", "example123")}))
    response = answer.object["response"]
    assert response["expires"] == 30 * 86400
    assert re.fullmatch(r"bus\|\d{13}x\d{18}\|\d{13}x\d{26}", response["token"], re.ASCII)
    assert opens(server, response["token"])


def test_a_token_whose_life_is_over_is_refused(launch):
    server = launch("--dev", settings={"LATCHKEY_TOKENS_LIFETIME": "1s"})
    answer = exchange(server, request("GET", BASIC, {"Authorization": basic("example@personr.co", "example123")}))
    token = answer.object["response"]["token"]
    wait_until(lambda: not opens(server, token), 5, "the token of one second is refused")
