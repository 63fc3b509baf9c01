"""The small clients of Examples/clients, each in its own language, against a running server."""

import importlib.util
import json
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import ROOT
from rig.commands import Account, Commands
from rig.server import Server, clean_environment
from rig.tokens import opens
from rig.waiting import wait_until

CLIENTS = ROOT / "Examples/clients"
CALLERS = 50

specification = importlib.util.spec_from_file_location("latchkey_client", CLIENTS / "latchkey_client.py")
latchkey_client = importlib.util.module_from_spec(specification)
specification.loader.exec_module(latchkey_client)


def revoke(commands: Commands, account: Account) -> None:
    assert commands.run("token", "revoke", account.email).code == 0


def short_lived(launch: Callable[..., Server], binary: Path, seconds: int) -> tuple[Server, Account]:
    server = launch(settings={"LATCHKEY_TOKENS_LIFETIME": f"{seconds}s"})
    return server, Commands(binary, server.data).add_account("caller@example.com", "correct horse battery staple")


class TestPython:
    def client(self, server: Server, account: Account, **options) -> "latchkey_client.TokenClient":
        return latchkey_client.TokenClient(server.url, account.email, account.password, **options)

    def test_all_callers_share_one_sign_in(self, server: Server, account: Account):
        client = self.client(server, account)
        start = threading.Barrier(CALLERS)

        def call(_: int) -> str:
            start.wait(30)
            return client.token()

        with ThreadPoolExecutor(CALLERS) as callers:
            tokens = set(callers.map(call, range(CALLERS)))
        assert len(tokens) == 1
        assert opens(server, tokens.pop())
        assert account.password not in f"{client} {client!r}"

    def test_a_refused_token_is_replaced_once(self, server: Server, commands: Commands, account: Account):
        client = self.client(server, account)
        token = client.token()
        revoke(commands, account)
        with ThreadPoolExecutor(CALLERS) as callers:
            tokens = set(callers.map(lambda _: client.token(rejected=token), range(CALLERS)))
        assert len(tokens) == 1
        assert opens(server, tokens.pop())

    def test_wrong_credentials_are_final(self, server: Server, resident: Account):
        client = latchkey_client.TokenClient(server.url, resident.email, "a wrong password")
        for _ in range(3):
            with pytest.raises(latchkey_client.InvalidCredentials):
                client.token()

    def test_a_token_is_renewed_while_it_lives(self, binary: Path, launch: Callable[..., Server]):
        server, account = short_lived(launch, binary, 3)
        client = self.client(server, account)
        seen = []
        while len(seen) < 3:
            token = client.token()
            assert opens(server, token)
            if token not in seen:
                seen.append(token)

    def test_without_a_server_the_live_token_serves_on_and_then_the_caller_is_told(
        self, binary: Path, launch: Callable[..., Server]
    ):
        server, account = short_lived(launch, binary, 3)
        client = self.client(server, account, patience=0.5)
        token = client.token()
        assert server.stop() == 0

        def ends() -> bool:
            try:
                assert client.token() == token
            except latchkey_client.Unavailable as error:
                return error.retry_after > 0
            return False

        wait_until(ends, 20, "the token's life ends")

    def test_two_clients_of_one_account_are_told(self, server: Server, account: Account):
        clients = [self.client(server, account) for _ in range(2)]
        tokens: list[str | None] = [None, None]

        def are_told() -> bool:
            for number, client in enumerate(clients):
                try:
                    token = client.token()
                    tokens[number] = token if opens(server, token) else client.token(rejected=token)
                except latchkey_client.AccountShared as error:
                    return "an" in str(error)
            return False

        wait_until(are_told, 30, "AccountShared")


JAVASCRIPT = """
import { TokenClient } from '%(module)s';
const [url, email, password, wrong, callers] = process.argv.slice(2);
const status = token => fetch(`${url}/api/1.1/wf/api-token-status`, { headers: { Authorization: `Bearer ${token}` } });
const revoke = token =>
  fetch(`${url}/api/1.1/wf/api-token-revoke`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
const all = call => Promise.all(Array.from({ length: Number(callers) }, call)).then(tokens => [...new Set(tokens)]);
const told = call => call().then(() => 'nothing', error => error.code);
const result = {};
const client = new TokenClient(`${url}/`, email, password);
const first = await all(() => client.token());
await revoke(first[0]);
const second = await all(() => client.token(first[0]));
result.tokens = [first.length, second.length, first[0] !== second[0], (await status(second[0])).status];
const mistaken = new TokenClient(url, email, wrong);
result.wrong = [await told(() => mistaken.token()), await told(() => mistaken.token())];
result.away = await told(() => new TokenClient('http://127.0.0.1:1', email, password, { patience: 0.2 }).token());
const rivals = [new TokenClient(url, email, password), new TokenClient(url, email, password)];
for (let round = 0; result.shared === undefined && round < 100; round += 1) {
  for (const rival of rivals) {
    try {
      const token = await rival.token();
      if ((await status(token)).status === 401) await rival.token(token);
    } catch (error) {
      result.shared = error.code;
    }
  }
}
console.log(JSON.stringify(result));
"""

RENEWING = """
import { TokenClient } from '%(module)s';
const [url, email, password] = process.argv.slice(2);
const client = new TokenClient(url, email, password);
const seen = new Set(), answers = new Set();
while (seen.size < 3) {
  const token = await client.token();
  seen.add(token);
  const headers = { Authorization: `Bearer ${token}` };
  answers.add((await fetch(`${url}/api/1.1/wf/api-token-status`, { headers })).status);
}
console.log(JSON.stringify([...answers]));
"""


class TestJavaScript:
    def run(self, directory: Path, program: str, *arguments: str) -> object:
        script = directory / "program.mjs"
        script.write_text(program % {"module": CLIENTS / "latchkey-client.mjs"})
        done = subprocess.run(
            ["node", str(script), *arguments], env=clean_environment(), capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def test_it_does_all_that_the_python_client_does(self, server: Server, account: Account, tmp_path: Path):
        arguments = (server.url, account.email, account.password, "a wrong password", str(CALLERS))
        assert self.run(tmp_path, JAVASCRIPT, *arguments) == {
            "tokens": [1, 1, True, 200],
            "wrong": ["INVALID_CREDENTIALS", "INVALID_CREDENTIALS"],
            "away": "UNAVAILABLE",
            "shared": "ACCOUNT_SHARED",
        }

    def test_a_token_is_renewed_while_it_lives(self, binary: Path, launch: Callable[..., Server], tmp_path: Path):
        server, account = short_lived(launch, binary, 3)
        assert self.run(tmp_path, RENEWING, server.url, account.email, account.password) == [200]
