"""`latchkey doctor` tells what is wrong with a database for the promise, each thing by its name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.commands import Commands
from rig.postgres import Postgres, start_postgres
from rig.waiting import wait_until

CLOCK = """
    CREATE SCHEMA skew;
    CREATE FUNCTION skew.clock_timestamp() RETURNS timestamptz LANGUAGE sql
        AS 'SELECT pg_catalog.clock_timestamp() {sign} interval ''1 minute''';
    ALTER DATABASE {database} SET search_path = skew, public, pg_catalog
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    server = start_postgres("fsync=on", "max_connections=30")
    yield server
    server.stop()


class Patient:
    """A database and what the doctor says of it."""

    def __init__(self, postgres: Postgres, name: str, commands: Commands):
        self.postgres = postgres
        self.name = name
        self.commands = commands

    def judged(self) -> dict[str, str]:
        outcome = self.commands.run("doctor", "--output", "json")
        judged = {finding["subject"]: finding["judgement"] for finding in outcome.object["findings"]}
        assert outcome.code == (2 if "wrong" in judged.values() else 0), outcome
        return judged

    def set(self, setting: str, value: str) -> None:
        """Sets it for the whole server, as the configuration file would."""
        self.postgres.run("postgres", f"ALTER SYSTEM SET {setting} = '{value}'")
        self.postgres.run("postgres", "SELECT pg_reload_conf()")
        wait_until(lambda: self.postgres.run("postgres", f"SHOW {setting}") == value, 10, f"{setting} is {value}")


@pytest.fixture
def patient(postgres: Postgres, binary: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Patient]:
    name = f"patient_{abs(hash(request.node.name))}"
    settings = {"LATCHKEY_STORE_URL": postgres.make_database(name), "LATCHKEY_KEYS_FILE": str(tmp_path / "keys")}
    commands = Commands(binary, tmp_path / "none", settings)
    assert commands.run("migrate", "up").code == 0
    yield Patient(postgres, name, commands)
    postgres.run("postgres", "ALTER SYSTEM RESET ALL")
    postgres.run("postgres", "SELECT pg_reload_conf()")


def test_a_database_of_one_server_with_everything_as_it_should_be(patient: Patient) -> None:
    judged = patient.judged()
    # How long a hash takes is the machine's business.
    assert {subject for subject, judgement in judged.items() if judgement != "good"} - {"passwords"} == {"standbys"}


@pytest.mark.parametrize(
    ("setting", "value", "subject"),
    [
        ("fsync", "off", "fsync"),
        ("full_page_writes", "off", "full_page_writes"),
        ("synchronous_standby_names", "nobody", "standbys"),
    ],
)
def test_a_setting_that_breaks_the_promise(patient: Patient, setting: str, value: str, subject: str) -> None:
    patient.set(setting, value)
    assert patient.judged()[subject] == "wrong"


@pytest.mark.parametrize("sign", ["+", "-"])
def test_a_clock_that_differs(patient: Patient, sign: str) -> None:
    patient.postgres.run(patient.name, CLOCK.format(sign=sign, database=patient.name))
    assert patient.judged()["clock"] == "warning"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)",
        "INSERT INTO migration (number, name, readable_by, applied_at) VALUES (9999, '9999 future', 9999, 0)",
    ],
)
def test_a_schema_of_another_version(patient: Patient, statement: str) -> None:
    patient.postgres.run(patient.name, statement)
    assert patient.judged()["schema"] == "wrong"


def test_an_encoding_that_keeps_no_text(patient: Patient) -> None:
    patient.postgres.run("postgres", f"CREATE DATABASE {patient.name}_c ENCODING 'SQL_ASCII' TEMPLATE template0")
    url = patient.commands.settings["LATCHKEY_STORE_URL"].replace(f"/{patient.name}?", f"/{patient.name}_c?")
    commands = Commands(patient.commands.binary, patient.commands.data, {"LATCHKEY_STORE_URL": url})
    assert Patient(patient.postgres, f"{patient.name}_c", commands).judged()["encoding"] == "wrong"


def test_too_few_connections_for_the_nodes(binary: Path, tmp_path: Path) -> None:
    server = start_postgres("max_connections=12", "superuser_reserved_connections=3", "max_wal_senders=2")
    try:
        commands = Commands(binary, tmp_path, {"LATCHKEY_STORE_URL": server.url})
        assert Patient(server, "postgres", commands).judged()["connections"] == "warning"
    finally:
        server.stop()


def test_a_database_that_does_not_answer(binary: Path, tmp_path: Path) -> None:
    commands = Commands(binary, tmp_path, {"LATCHKEY_STORE_URL": "postgres://latchkey@127.0.0.1:1/latchkey"})
    assert Patient(None, "none", commands).judged()["database"] == "wrong"
