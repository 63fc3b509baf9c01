"""The pages behind logging in, used as people use them: by clicks and keys, in a real browser."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from rig.browser import PAGE_SECONDS, Browser
from rig.commands import Account, Commands
from rig.person import Person
from rig.server import Server
from rig.tokens import opens
from rig.visitor import Visitor
from rig.waiting import wait_until

PASSWORD = "correct horse battery staple"
numbers = itertools.count(1)


@pytest.fixture
def person(browser: Browser, server: Server, commands: Commands) -> Iterator[Callable[..., tuple[Person, Account]]]:
    """Makes accounts, each logged in in a browser of its own."""
    tabs: list[Person] = []

    def make(role: str = "member", **options: object) -> tuple[Person, Account]:
        email = f"person-{next(numbers)}@example.com"
        account = commands.add_account(email, PASSWORD)
        if role != "member":
            assert commands.run("account", "role", email, role).code == 0
        tab = Person(browser, **options)
        tabs.append(tab)
        tab.log_in(server, account)
        return tab, account

    yield make
    for tab in tabs:
        tab.close()


def test_one_logs_in_makes_a_token_replaces_and_revokes_it(person, server: Server):
    tab, account = person()
    assert tab.place == "/dashboard"
    assert "There is no token" in tab.text
    tab.follow("Generate a token")
    first = tab.shown("Token")
    assert opens(server, first)
    tab.follow("To the dashboard")
    assert "% of its life is left" in tab.text
    # Uses are kept every other second.
    wait_until(lambda: is_used(tab, server), PAGE_SECONDS, "the dashboard tells of the token's use", interval=0.2)
    tab.follow("Generate a new token")
    assert "in use" in tab.text
    assert tab.violations() == []
    assert opens(server, first)
    tab.follow("Generate, and end the one in use")
    second = tab.shown("Token")
    assert not opens(server, first)
    assert opens(server, second)
    tab.follow("To the dashboard")
    tab.unfold("Revoke this token")
    tab.follow("Revoke it now")
    assert "The token is revoked" in tab.text
    assert not opens(server, second)
    tab.follow("Log out")
    assert "You are logged out" in tab.text
    tab.open(f"{server.url}/dashboard")
    assert tab.place == "/login"


def is_used(tab: Person, server: Server) -> bool:
    tab.open(f"{server.url}/dashboard")
    return "by python-requests" in tab.text


def test_a_button_of_an_older_page_ends_no_newer_token(person, server: Server, commands: Commands):
    tab, account = person()
    newer = commands.run("token", "generate", account.email).stdout.strip()
    tab.follow("Generate a token")
    assert "The token has changed" in tab.text
    assert tab.violations() == []
    assert opens(server, newer)


def test_without_tls_nobody_beyond_this_machine_may_log_in(browser: Browser, server: Server):
    tab = Person(browser)
    tab.call("Network.enable")
    # As a proxy on this machine would hand it on.
    tab.call("Network.setExtraHTTPHeaders", headers={"X-Forwarded-For": "192.0.2.1"})
    tab.open(f"{server.url}/login")
    assert "Logging in needs TLS" in tab.text
    assert not tab.value("document.querySelector('form')")
    assert tab.violations() == []
    tab.close()


def test_every_form_works_by_keys_and_without_scripts(person, server: Server):
    tab, _ = person(scripts=False)
    assert tab.place == "/dashboard"
    for _ in range(60):
        tab.press("Tab")
        if tab.value("document.activeElement.value") == "generate":
            break
    tab.go(lambda: tab.press("Enter"))
    assert opens(server, tab.shown("Token"))


def test_wrong_credentials_stay_on_the_page_and_say_so(browser: Browser, server: Server, account: Account):
    tab = Person(browser)
    tab.log_in(server, account, "not this one")
    assert tab.place == "/login"
    assert "We didn’t find an account with those login credentials" in tab.text
    assert tab.value("document.querySelector('#email').value") == account.email
    assert tab.value("document.querySelector('#password').value") == ""
    tab.close()


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "/login", "/logout"])
def test_logging_in_leads_to_a_page_of_this_server(target: str, server: Server, resident: Account):
    with Visitor(server) as visitor:
        answer = visitor.post("/login", email=resident.email, password=resident.password, next=target)
        assert answer.headers["Location"] == "/dashboard"
        assert visitor.get(f"/login?next={quote(target, safe='')}").headers["Location"] == "/dashboard"
    with Visitor(server) as visitor:
        answer = visitor.post("/login", email=resident.email, password=resident.password, next="/activity")
        assert answer.headers["Location"] == "/activity"


def test_an_owner_runs_a_service_account_and_a_stranger_finds_nothing(person, server: Server):
    tab, _ = person()
    tab.follow("Service accounts")
    assert "None yet" in tab.text
    tab.follow("New service account")
    email = f"sync-{next(numbers)}@services.example.com"
    tab.type("#email", email)
    tab.type("#purpose", 'Nightly <export> & "sync"')
    tab.type("#scopes", "orders.read orders.write")
    tab.go(lambda: tab.press("Enter"))
    assert tab.shown("E-mail") == email
    password = tab.shown("Password")
    assert len(password) == 24
    tab.follow("To the service account")
    assert 'Nightly <export> & "sync"' in tab.text
    assert "orders.read orders.write" in tab.text
    where = tab.place
    tab.follow("Generate a token")
    token = tab.shown("Token")
    assert opens(server, token)

    stranger, _ = person()
    stranger.open(f"{server.url}{where}")
    assert "This page is not here" in stranger.text
    stranger.open(f"{server.url}/admin/accounts")
    assert "This is not yours to open" in stranger.text

    tab.follow("To the service account")
    tab.unfold("New password")
    tab.follow("Make a new password")
    assert tab.shown("Password") != password
    assert not opens(server, token)
    tab.follow("To the service account")
    tab.unfold("Disable the account")
    tab.follow("Disable it now")
    assert "This account is disabled" in tab.text
    tab.follow("Service accounts")
    assert email in tab.text
    assert "Disabled" in tab.text
    tab.open(f"{server.url}{where}")
    assert "Enable the account" not in tab.text
    admin, _ = person("admin")
    admin.open(f"{server.url}/admin/accounts/{where.rpartition('/')[2]}")
    admin.follow("Enable the account")
    tab.open(f"{server.url}{where}")
    assert "This account is disabled" not in tab.text


def events(tab: Person) -> str:
    return tab.value("document.querySelector('tbody').innerText")


def test_activity_is_filtered_and_paged(person, server: Server, commands: Commands):
    tab, account = person()
    for _ in range(60):
        assert commands.run("token", "generate", account.email).code == 0
    tab.follow("Activity")
    assert "Token generated" in events(tab)
    assert "Logged in" not in events(tab)
    tab.follow("Older")
    assert "Logged in" in events(tab)
    assert "Account added" in events(tab)
    tab.value("document.querySelector('#filter-kind').value = 'session.started'; true")
    tab.follow("Show")
    assert tab.value("document.querySelectorAll('tbody tr').length") == 1
    assert "Chrome on Linux" in tab.text
    tab.value("document.querySelector('#filter-to').value = '2000-01-01'; true")
    tab.follow("Show")
    assert "No event is like that" in tab.text


def test_one_sees_and_ends_sessions_and_changes_the_password(browser: Browser, person, server: Server):
    tab, account = person()
    other = Person(browser)
    other.log_in(server, account)
    tab.open(f"{server.url}/account")
    assert tab.value("document.querySelectorAll('.rows li').length") == 2
    tab.follow("End")
    other.open(f"{server.url}/dashboard")
    assert other.place == "/login"
    other.log_in(server, account)

    tab.open(f"{server.url}/account")
    for field, words in [
        ("#current", "not this one"),
        ("#password", "a long new password"),
        ("#again", "a long new password"),
    ]:
        tab.type(field, words)
    tab.go(lambda: tab.press("Enter"))
    assert "The current password is not right" in tab.text
    for field, words in [("#current", PASSWORD), ("#password", "short"), ("#again", "short")]:
        tab.type(field, words)
    tab.go(lambda: tab.press("Enter"))
    assert "at least 15 characters" in tab.text
    new = "violin harbour muffin quartz"
    for field, words in [("#current", PASSWORD), ("#password", new), ("#again", new)]:
        tab.type(field, words)
    tab.go(lambda: tab.press("Enter"))
    assert "The password is changed" in tab.text
    other.open(f"{server.url}/dashboard")
    assert other.place == "/login"
    other.log_in(server, account)
    assert other.place == "/login"
    other.log_in(server, account, new)
    assert other.place == "/dashboard"
    other.close()


def test_an_administrator_invites_a_person_who_sets_the_password_once(browser: Browser, person, server: Server):
    tab, _ = person("admin")
    tab.follow("Administration")
    assert "Sign-ins" in tab.text
    assert "Verifications a second" in tab.text
    tab.follow("Accounts")
    tab.follow("Add a person")
    email = f"invited-{next(numbers)}@example.com"
    tab.type("#email", email)
    tab.go(lambda: tab.press("Enter"))
    link = tab.shown("Link")
    assert re.fullmatch(rf"{re.escape(server.url)}/invitation/[0-9a-f]{{64}}", link)

    guest = Person(browser)
    guest.open(link)
    assert email in guest.text
    assert guest.violations() == []
    for field in ["#password", "#again"]:
        guest.type(field, PASSWORD)
    guest.go(lambda: guest.press("Enter"))
    assert guest.place == "/dashboard"
    guest.open(link)
    assert "This page is not here" in guest.text

    tab.open(f"{server.url}/admin/accounts")
    tab.type("#q", "invited-")
    tab.follow("Search")
    tab.follow(email)
    tab.value("document.querySelector('#role').value = 'admin'; true")
    tab.follow("Set the role")
    guest.open(f"{server.url}/admin")
    assert "Sign-ins" in guest.text
    tab.unfold("Disable the account")
    tab.follow("Disable it now")
    guest.open(f"{server.url}/dashboard")
    assert guest.place == "/login"
    guest.close()


def test_no_page_breaks_a_rule_of_axe_nor_its_window(
    browser: Browser, person, server: Server, commands: Commands, pictures: Path
):
    """In both colour schemes, on a phone and a wide screen; the pictures are for people to look at."""
    tab, account = person("admin")
    service_email = f"nightly-{next(numbers)}@services.example.com"
    details = ["--owner", account.email, "--purpose", "Nightly export to the warehouse", "--scope", "orders.read"]
    made = commands.run("service-account", "add", service_email, *details, "--generate-password", "--output", "json")
    assert made.code == 0, made
    service = made.object["user_id"]
    tab.follow("Generate a token")
    assert opens(server, tab.shown("Token"))
    secret = tab.value("document.documentElement.outerHTML")
    assert len(secret) < 60_000
    pages = {
        "dashboard": "/dashboard",
        "service-accounts": "/service-accounts",
        "service-account-new": "/service-accounts/new",
        "service-account": f"/service-accounts/{service}",
        "activity": "/activity",
        "account": "/account",
        "admin": "/admin",
        "admin-accounts": "/admin/accounts",
        "admin-account-new": "/admin/accounts/new",
        "admin-account": f"/admin/accounts/{service}",
        "error": "/nothing-here",
    }
    broken: dict[str, list[str]] = {}

    def look(name: str, width: int, scheme: str, tab: Person) -> None:
        tab.screenshot(pictures / f"{name}-{width}-{scheme}.png")
        assert tab.value("document.documentElement.scrollWidth") <= width, f"{name} is wider than the window"
        assert tab.value("document.documentElement.outerHTML.length") < 60_000, name
        broken[f"{name} {width} {scheme}"] = tab.violations()

    for width, scheme in itertools.product([390, 1280], ["light", "dark"]):
        tab.dress(width, scheme)
        for name, path in pages.items():
            tab.open(f"{server.url}{path}")
            look(name, width, scheme, tab)
        tab.open(f"{server.url}/service-accounts/{service}")
        tab.follow("Generate a")
        look("secret", width, scheme, tab)
        visitor = Person(browser, width, scheme)
        visitor.log_in(server, account, "not this one")
        look("login-refused", width, scheme, visitor)
        visitor.open(f"{server.url}/login")
        look("login", width, scheme, visitor)
        visitor.close()
    assert not any(broken.values()), {name: rules for name, rules in broken.items() if rules}
