"""OAuth clients that nobody here wrote: requests-oauthlib, Authlib and requests_oauth2client."""

from collections.abc import Callable

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauth2client import BearerToken, ClientSecretBasic, EndpointError, OAuth2Client
from requests_oauthlib import OAuth2Session

from rig.commands import Account, Commands
from rig.server import Server
from rig.tokens import generate, opens

PASSWORD = "correct horse: battery+staple %40"


@pytest.fixture
def robot(server: Server, commands: Commands, account: Account) -> Account:
    """A service account whose name and password are hard to encode."""
    email = f"robot+1.of-{account.email}"
    outcome = commands.run(
        "service-account", "add", email, "--owner", account.email, "--purpose", "import", "--scope", "orders.read",
        "--scope", "orders.write", "--password-stdin", "--output", "json", stdin=PASSWORD,
    )  # fmt: skip
    assert outcome.code == 0, outcome
    return Account(email, PASSWORD, outcome.object["user_id"])


@pytest.fixture
def metadata(server: Server) -> dict:
    answer = requests.get(f"{server.url}/.well-known/oauth-authorization-server", timeout=10)
    assert answer.status_code == 200
    assert answer.json()["issuer"] == server.url
    return answer.json()


def by_requests_oauthlib(metadata: dict, robot: Account, scope: str) -> str:
    session = OAuth2Session(client=BackendApplicationClient(client_id=robot.email, scope=scope.split()))
    basic = HTTPBasicAuth(robot.email.encode(), robot.password.encode())
    return session.fetch_token(metadata["token_endpoint"], auth=basic)["access_token"]


def by_requests_oauthlib_in_the_body(metadata: dict, robot: Account, scope: str) -> str:
    session = OAuth2Session(client=BackendApplicationClient(client_id=robot.email, scope=scope.split()))
    return session.fetch_token(
        metadata["token_endpoint"], include_client_id=True, client_secret=robot.password, auth=None
    )["access_token"]


def by_authlib(metadata: dict, robot: Account, scope: str, method: str = "client_secret_basic") -> str:
    session = AuthlibSession(robot.email, robot.password, scope=scope, token_endpoint_auth_method=method)
    return session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")["access_token"]


def by_authlib_in_the_body(metadata: dict, robot: Account, scope: str) -> str:
    return by_authlib(metadata, robot, scope, "client_secret_post")


def by_requests_oauth2client(metadata: dict, robot: Account, scope: str) -> str:
    client = OAuth2Client.from_discovery_document(
        metadata, client_id=robot.email, client_secret=robot.password, testing=True
    )
    return client.client_credentials(scope=scope).access_token


GRANTS = [
    by_requests_oauthlib,
    by_requests_oauthlib_in_the_body,
    by_authlib,
    by_authlib_in_the_body,
    by_requests_oauth2client,
]


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers of the tests are on loopback; the account's scopes may be wider than those asked for."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


@pytest.mark.parametrize("grant", GRANTS)
def test_client_credentials_make_a_token_and_end_the_one_before(
    grant: Callable, server: Server, metadata: dict, robot: Account
):
    first = grant(metadata, robot, "orders.read")
    second = grant(metadata, robot, "orders.read orders.write")
    assert opens(server, second)
    assert not opens(server, first)


@pytest.mark.parametrize("grant", GRANTS)
def test_a_wrong_secret_and_a_scope_too_many_are_refused_in_the_clients_words(
    grant: Callable, server: Server, metadata: dict, robot: Account
):
    token = grant(metadata, robot, "orders.read")
    for account, scope, error in [
        (Account(robot.email, "wrong", ""), "orders.read", "invalid_client"),
        (robot, "everything", "invalid_scope"),
    ]:
        with pytest.raises((OAuth2Error, OAuthError, EndpointError)) as caught:
            grant(metadata, account, scope)
        # Each client has its own class for each of the RFC's codes.
        name = getattr(caught.value, "error", "") or type(caught.value).__name__
        assert name.replace("_", "").lower().startswith(error.replace("_", "")), caught.value
    assert opens(server, token)


def test_a_person_gets_no_token_by_client_credentials(server: Server, metadata: dict, account: Account):
    token = generate(server, account.email, account.password)
    with pytest.raises(OAuth2Error, match="unauthorized_client"):
        by_requests_oauthlib(metadata, account, "")
    assert opens(server, token)


def test_authlib_introspects_and_revokes_with_a_token_as_its_secret(
    server: Server, metadata: dict, robot: Account, account: Account, commands: Commands
):
    assert commands.run("account", "role", account.email, "admin").code == 0
    token = by_authlib(metadata, robot, "orders.read")
    own = generate(server, account.email, account.password)
    session = AuthlibSession(account.email, own)
    found = session.introspect_token(metadata["introspection_endpoint"], token).json()
    assert (found["active"], found["sub"], found["username"]) == (True, robot.user_id, robot.email)
    assert found["scope"] == "orders.read orders.write"
    assert (found["token_type"], found["iss"]) == ("Bearer", server.url)
    assert found["exp"] - found["iat"] == 31536000
    assert session.revoke_token(metadata["revocation_endpoint"], token).status_code == 200
    assert session.introspect_token(metadata["introspection_endpoint"], token).json() == {"active": False}
    assert not opens(server, token)


def test_requests_oauth2client_introspects_and_revokes(
    server: Server, metadata: dict, robot: Account, account: Account, commands: Commands
):
    assert commands.run("account", "role", account.email, "admin").code == 0
    token = by_requests_oauth2client(metadata, robot, "orders.read")
    own = generate(server, account.email, account.password)
    # Its own default, the secret in the body, is not among the metadata's methods of introspection.
    basic = ClientSecretBasic(account.email, own)
    client = OAuth2Client.from_discovery_document(metadata, auth=basic, testing=True)
    assert client.introspect_token(BearerToken(token))["active"] is True
    assert client.revoke_access_token(BearerToken(token)) is True
    assert client.introspect_token(BearerToken(token)) == {"active": False}
