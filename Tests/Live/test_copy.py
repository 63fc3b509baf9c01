"""`latchkey copy` moves everything that keeps a token and a password good, and the whole audit."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from rig.commands import Commands
from rig.postgres import Postgres
from rig.server import Server
from rig.tokens import generate

PASSWORD = "correct horse battery staple"
# Tables whose rows stay behind, and why.
LEFT_BEHIND: dict[str, str] = {}


def test_no_table_and_no_column_is_forgotten(postgres: Postgres, binary: Path, launch: Callable[..., Server]) -> None:
    first = launch()
    commands = Commands(binary, first.data)
    owner = commands.add_account("owner@example.com", PASSWORD)
    arguments = ("--owner", "owner@example.com", "--purpose", "a \\ and an ü", "--generate-password")
    assert commands.run("service-account", "add", "job@example.com", *arguments).code == 0
    generate(first, owner.email, PASSWORD)
    assert first.stop() == 0
    with sqlite3.connect(first.data / "latchkey.sqlite") as database:
        tables = columns_by_table(database)
        live_for_years(database)
        rows = {table: rows_of(database, table, columns) for table, columns in tables.items()}
    for table, columns in tables.items():
        for place, column in enumerate(columns):
            seen = {row[place] for row in rows[table]}
            assert seen - {None, "", 0}, f"no value in {table}.{column}: add one below, or its loss goes unnoticed"

    target = Commands(binary, first.data, {"LATCHKEY_STORE_URL": postgres.make_database("copy")})
    assert target.run("migrate", "up").code == 0
    copied = target.run("copy", "--from", f"sqlite:{first.data}")
    assert copied.code == 0, copied

    for table, columns in tables.items():
        listed = f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
        assert set(postgres.run("copy", listed).split()) == set(columns), f"{table} differs between the stores"
        sql = f"SELECT coalesce(json_agg(json_build_array({', '.join(columns)})), '[]') FROM {table}"
        found = {tuple(row) for row in json.loads(postgres.run("copy", sql))}
        assert found == (set() if table in LEFT_BEHIND else rows[table]), table


def columns_by_table(database: sqlite3.Connection) -> dict[str, list[str]]:
    names = database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'grdb_migrations'"
    )
    return {
        name: [column[1] for column in database.execute(f"PRAGMA table_info({name})")] for (name,) in names.fetchall()
    }


def rows_of(database: sqlite3.Connection, table: str, columns: list[str]) -> set[tuple]:
    """A table's rows, bytes as PostgreSQL's JSON writes them."""
    return {
        tuple("\\x" + value.hex() if isinstance(value, bytes) else value for value in row)
        for row in database.execute(f"SELECT {', '.join(columns)} FROM {table}")
    }


def live_for_years(database: sqlite3.Connection) -> None:
    """Fills what an installation only has after a while: an overlap, failed sign-ins, sessions, uses of tokens."""
    database.execute("UPDATE account SET scopes = 'orders.read' WHERE kind = 'service'")
    database.execute(
        "UPDATE account SET overlap_seconds = 60, overlap_digest = randomblob(32), overlap_key_id = 1, "
        "overlap_issued_at = 1795000000000, overlap_until = 1795000060000 WHERE token_digest IS NOT NULL"
    )
    database.execute(
        "INSERT INTO attempt (account, source, failures, window_started_at, window_failures, last_failed_at, "
        "known_until, expires_at) VALUES (randomblob(16), randomblob(16), 3, 1, 2, 4, 5, 9000000000000)"
    )
    database.execute(
        "INSERT INTO last_use (account_id, issued_at, at, address, agent) "
        "SELECT id, 7, 8, '192.0.2.1', 'curl/8' FROM account WHERE kind = 'user'"
    )
    database.execute(
        "INSERT INTO session (digest, account_id, password_version, started_at, seen_at, expires_at, address, agent) "
        "SELECT randomblob(32), id, 1, 9, 10, 9000000000000, '192.0.2.2', 'Firefox' FROM account WHERE kind = 'user'"
    )
    database.execute(
        "INSERT INTO invitation (account_id, digest, expires_at) "
        "SELECT id, randomblob(32), 9000000000000 FROM account WHERE kind = 'user'"
    )
    database.execute(
        "INSERT INTO token_use (account_id, issued_at, at, address, agent) "
        "SELECT id, 11, 12, '192.0.2.3', 'ruby' FROM account WHERE kind = 'user'"
    )
    database.execute("UPDATE audit SET detail = 'a detail' WHERE n = 2")
