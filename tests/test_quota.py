"""How much a visitor may do, and who a visitor is."""

import pytest

from assistant.web import state_db
from assistant.web.quota import Quota
from assistant.web.visitors import visitor
from index.errors import CollectionError
from tests.conftest import words_settings


def test_one_question_too_many_has_to_wait_and_other_visitors_dont(tmp_path):
    quota = Quota(tmp_path, "questions", "2/minute")
    assert [quota.seconds_to_wait("a") for _ in range(2)] == [0, 0]
    assert 0 < quota.seconds_to_wait("a") <= 60
    assert quota.seconds_to_wait("b") == 0


def test_the_longer_of_two_waits_counts(tmp_path):
    quota = Quota(tmp_path, "questions", "1/minute;1/hour")
    quota.seconds_to_wait("a")
    assert quota.seconds_to_wait("a") > 60


def test_a_quota_outlives_the_process_and_several_are_kept_apart(tmp_path):
    Quota(tmp_path, "questions", "1/hour").seconds_to_wait("a")
    assert Quota(tmp_path, "questions", "1/hour").seconds_to_wait("a") > 0
    assert Quota(tmp_path, "verdicts", "1/hour").seconds_to_wait("a") == 0


def test_a_broken_file_is_told_in_a_line(tmp_path):
    (tmp_path / "state.db").write_bytes(b"not a database" * 100)
    with pytest.raises(CollectionError, match=r"state\.db can't be used"):
        Quota(tmp_path, "questions", "1/hour").seconds_to_wait("a")


def test_a_newer_file_is_left_alone(tmp_path):
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
    assert visitor(asks, words_settings("x", **settings)) == name


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
def test_settings_that_would_open_more_than_they_say_are_refused(given):
    from index.errors import SettingsError

    with pytest.raises(SettingsError, match="It is "):
        words_settings("x", **given)
