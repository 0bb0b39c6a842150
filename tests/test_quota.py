"""How often a visitor may ask, who counts as one visitor, and the file that keeps visitors' state."""

import sqlite3
import time
from contextlib import closing

import pytest

from assistant.web import state_db
from assistant.web.quota import Quota
from assistant.web.visitors import visitor_name
from index.errors import CollectionError
from tests.conftest import words_settings


def test_one_question_too_many_has_to_wait_and_other_visitors_dont():
    quota = Quota("2/minute")
    assert [quota.seconds_to_wait("a") for _ in range(2)] == [0, 0]
    assert 0 < quota.seconds_to_wait("a") <= 60
    assert quota.seconds_to_wait("b") == 0


def test_the_longer_of_two_waits_counts():
    quota = Quota("1/minute;1/hour")
    quota.seconds_to_wait("a")
    assert quota.seconds_to_wait("a") > 60


def test_two_quotas_count_apart():
    Quota("1/hour").seconds_to_wait("a")
    assert Quota("1/hour").seconds_to_wait("a") == 0


def test_a_wait_ends_when_its_window_does(monkeypatch):
    quota = Quota("1/hour")
    assert [quota.seconds_to_wait("a") for _ in range(2)] == [0, 3600]
    later = time.time() + 3601
    monkeypatch.setattr("time.time", lambda: later)
    assert quota.seconds_to_wait("a") == 0


def test_a_state_file_that_is_broken_is_named_in_the_error(tmp_path):
    (tmp_path / "state.db").write_bytes(b"not a database" * 100)
    with pytest.raises(CollectionError, match=r"state\.db can't be used"), state_db.connect(tmp_path):
        pass


FIRST_SCHEMA = """
    CREATE TABLE verdicts (number INTEGER PRIMARY KEY, verdict TEXT NOT NULL);
    CREATE TABLE counts (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires REAL NOT NULL);
    CREATE TABLE sessions (
        digest TEXT PRIMARY KEY, form TEXT NOT NULL, expires REAL NOT NULL,
        notice TEXT NOT NULL DEFAULT '', failed INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE problems (source TEXT PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL);
    INSERT INTO problems VALUES ('a.txt', 'a.txt is empty.', '2026-01-02T03:04:05+00:00');
    INSERT INTO counts VALUES ('questions/address:127.0.0.1', 3, 2e9);
    PRAGMA user_version = 1;
"""


def tables(database):
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_state_file_of_the_first_version_loses_its_counts_and_keeps_the_rest(tmp_path):
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        database.executescript(FIRST_SCHEMA)
    with state_db.connect(tmp_path) as database:
        assert database.execute("SELECT source FROM problems").fetchall() == [("a.txt",)]
        assert tables(database) == {"verdicts", "sessions", "problems"}
        assert database.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_new_state_file_has_the_tables_of_a_migrated_one(tmp_path):
    with state_db.connect(tmp_path) as database:
        assert tables(database) == {"verdicts", "sessions", "problems"}


def test_a_newer_state_file_is_left_alone(tmp_path):
    with state_db.connect(tmp_path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(CollectionError, match="newer"), state_db.connect(tmp_path):
        pass


def scope(address, **headers):
    return {"type": "http", "client": (address, 1), "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}


@pytest.mark.parametrize(
    ("settings", "asks", "name"),
    [
        ({}, scope("127.0.0.1"), "address:127.0.0.1"),
        ({}, scope("8.8.8.8", **{"x-forwarded-for": "1.1.1.1"}), "address:8.8.8.8"),
        ({"proxies": "10.0.0.1"}, scope("10.0.0.1", **{"x-forwarded-for": "6.6.6.6, 1.1.1.1"}), "address:1.1.1.1"),
        ({"proxies": "10.0.0.1", "user_header": "X-User"}, scope("10.0.0.1", **{"x-user": "anna"}), "user:anna"),
        ({"proxies": "10.0.0.1", "user_header": "X-User"}, scope("10.0.0.1", **{"x-user": " "}), None),
        ({"proxies": "10.0.0.1", "user_header": "X-User"}, scope("10.0.0.2", **{"x-user": "anna"}), None),
        (
            {"proxies": "10.0.0.1", "user_header": "X-User", "anonymous": True},
            scope("10.0.0.2", **{"x-user": "anna"}),
            "address:10.0.0.2",
        ),
    ],
)
def test_only_a_trusted_proxy_names_the_visitor(settings, asks, name):
    assert visitor_name(asks, words_settings("x", **settings)) == name


@pytest.mark.parametrize(
    "given",
    [
        {"origins": "*"},
        {"origins": "https://a.example/path"},
        {"origins": "javascript:x"},
        {"origins": "https://a.example; script-src *"},
        {"proxies": "everywhere"},
        {"quota": "lots"},
        {"quota": "0"},
        {"root_path": "news"},
        {"root_path": "/news/"},
        {"hostnames": "a.example/x"},
        {"user_header": "X User:"},
    ],
)
def test_settings_out_of_bounds_are_refused(given):
    from index.errors import SettingsError

    with pytest.raises(SettingsError, match="It sets "):
        words_settings("x", **given)
