"""The throw-away PostgreSQL keeps what was committed, and keeps tests apart."""

import os

import psycopg
import pytest

from tests.postgres import Postgres


def test_each_test_gets_an_empty_database(postgres: Postgres) -> None:
    first, second = postgres.create(), postgres.create()
    with psycopg.connect(postgres.url(first)) as connection:
        connection.execute("CREATE TABLE note (words TEXT)")
    with psycopg.connect(postgres.url(second)) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)
    postgres.drop(first)
    postgres.drop(second)


def test_a_database_can_start_as_a_copy(postgres: Postgres) -> None:
    template = postgres.create()
    with psycopg.connect(postgres.url(template)) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS words")
    copy = postgres.create(template)
    with psycopg.connect(postgres.url(copy)) as connection:
        assert connection.execute("SELECT words FROM note").fetchone() == ("kept",)
    postgres.drop(copy)
    postgres.drop(template)


def test_an_address_takes_people_s_words_in_any_script(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT 'Größe 📦 شكرا'").fetchone() == ("Größe 📦 شكرا",)


def test_what_was_committed_survives_kill_9(postgres_alone: Postgres) -> None:
    with psycopg.connect(postgres_alone.url()) as connection:
        connection.execute("CREATE TABLE note AS SELECT 1 AS number")
        connection.commit()
        connection.execute("INSERT INTO note VALUES (2)")
        postgres_alone.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    postgres_alone.start()
    with psycopg.connect(postgres_alone.url()) as connection:
        assert connection.execute("SELECT number FROM note").fetchall() == [(1,)]


def test_the_server_never_runs_as_root(postgres: Postgres) -> None:
    assert postgres.data.stat().st_uid != 0
    assert postgres.data.stat().st_uid == (postgres.user.pw_uid if postgres.user else os.geteuid())
