"""Remarks are kept with their articles, and looked up by who made them."""

import json
import sqlite3
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from assistant import Assistant
from assistant.cli import main
from assistant.web.app import build_app
from index.errors import CollectionError, QuestionError, SettingsError
from index.rebuild import rebuild
from tests.conftest import words_settings

NEWS = {
    "dam.md": (
        "2024-03-05",
        "The Gazette",
        "Dam to be mended",
        (
            "Mayor Inge Tauber said on Tuesday that the dam would be mended. She denied that money was missing. "
            "A source close to Tauber denied that she would resign."
        ),
    ),
    "inquiry.md": (
        "2024-04-02",
        "The Mercury",
        "Inquiry into the dam",
        ("Inge Tauber accused the contractor of lying about the dam. The contractor, Bo Nyström, rejected the charge."),
    ),
    "ferry.md": ("2024-04-09", "The Mercury", "Ferry late again", "Inge Tauber apologised to passengers of the ferry."),
}


@pytest.fixture
def kept(empty, write):
    for name, (published, publisher, title, text) in NEWS.items():
        write(name, f"---\ntitle: {title}\npublished: {published}\npublisher: {publisher}\n---\n{text}\n")
    assert not empty.ingest([write("dam.md", (empty_of("dam.md"))).parent]).failed
    return empty


def empty_of(name):
    published, publisher, title, text = NEWS[name]
    return f"---\ntitle: {title}\npublished: {published}\npublisher: {publisher}\n---\n{text}\n"


def found(remarks):
    return [(each.kind, each.name or each.speaker, each.article.title) for each in remarks]


def test_a_surname_finds_all_that_the_person_said_newest_first_and_no_source_close_to_her(kept):
    assert found(kept.said("tauber")) == [
        ("apologise", "Inge Tauber", "Ferry late again"),
        ("accuse", "Inge Tauber", "Inquiry into the dam"),
        ("say", "Inge Tauber", "Dam to be mended"),
        ("deny", "Inge Tauber", "Dam to be mended"),
    ]


def test_quotations_are_exact(kept):
    for remark in kept.said():
        text = kept.article(remark.article.id).full_text
        assert text[remark.start : remark.end] == remark.quote
        assert remark.content in text
        assert remark.cue in remark.quote


def test_remarks_are_chosen_by_kind_topic_period_and_outlet(kept):
    assert found(kept.said(kind="deny")) == [
        ("deny", "Bo Nyström", "Inquiry into the dam"),
        ("deny", "Inge Tauber", "Dam to be mended"),
        ("deny", "A source close to Tauber", "Dam to be mended"),
    ]
    assert found(kept.said("Tauber", about="ferry")) == [("apologise", "Inge Tauber", "Ferry late again")]
    assert len(kept.said("Tauber", after="2024-04-01")) == 2
    assert len(kept.said("Tauber", publisher="The Gazette")) == 2
    assert found(kept.said("nystrom")) == [("deny", "Bo Nyström", "Inquiry into the dam")]


def test_pages_of_remarks_follow_one_another(kept):
    every = kept.said("Tauber")
    assert kept.said("Tauber", limit=3) + kept.said("Tauber", limit=3, skip=3) == every


def test_copies_of_a_story_count_once_with_their_outlets(kept, write):
    copy = empty_of("ferry.md").replace("The Mercury", "The Ledger")
    kept.ingest([write("copy/ferry.md", copy)])
    (remark,) = kept.said("Tauber", kind="apologise")
    assert {each.publisher for each in remark.articles} == {"The Mercury", "The Ledger"}


def test_what_is_removed_or_changed_takes_its_remarks_along(kept, write):
    kept.remove([kept.said(kind="apologise")[0].article.id])
    assert kept.said(kind="apologise") == []
    kept.ingest([write("dam.md", empty_of("dam.md").replace("denied that money", "admitted that money"))])
    assert found(kept.said("Tauber", kind="admit")) == [("admit", "Inge Tauber", "Dam to be mended")]
    assert found(kept.said("Inge", kind="deny")) == []


def test_a_rebuild_finds_the_same_remarks(kept):
    before = found(kept.said())
    rebuild(kept.collection)
    assert found(kept.said()) == before


def test_an_index_without_remarks_gets_them_at_the_next_sync(kept):
    before = found(kept.said())
    folder = kept.collection.folder
    kept.collection.close()
    with closing(sqlite3.connect(folder / "catalog.db")) as database, database:
        for table in ("remarks", "speaker_words", "without_remarks"):
            database.execute(f"DROP TABLE {table}")
        database.execute("DROP INDEX articles_by_id")
        database.execute("PRAGMA user_version = 4")
    assert Assistant(words_settings(folder)).said() == []
    again = Assistant(words_settings(folder))
    again.sync()
    assert found(again.said()) == before


def test_without_a_parser_articles_come_in_and_remarks_say_what_to_do(tmp_path, write):
    assistant = Assistant(words_settings(tmp_path / "index", parser="none"))
    assert len(assistant.ingest([write("dam.md", empty_of("dam.md"))]).added) == 1
    with pytest.raises(CollectionError, match=r"ONRECORD_PARSER is 'none'.* run `onrecord rebuild`\."):
        assistant.said("Tauber")
    later = Assistant(words_settings(tmp_path / "index"))
    later.sync()
    assert len(later.said("Tauber")) == 2


def test_a_parser_that_isnt_there_is_one_clear_line(tmp_path, write):
    assistant = Assistant(words_settings(tmp_path / "index", parser="no_such_pipeline"))
    with pytest.raises(SettingsError, match="ONRECORD_PARSER is 'no_such_pipeline', which is no spaCy pipeline"):
        assistant.ingest([write("dam.md", empty_of("dam.md"))])


def test_an_unknown_kind_is_refused_with_the_kinds_there_are(kept):
    with pytest.raises(QuestionError, match=r"'shout' is no kind of remark\. The kinds are say, deny"):
        kept.said("Tauber", kind="shout")


def test_the_command_lists_remarks_as_text_and_as_json(kept, monkeypatch, capsys):
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")
    index = str(kept.collection.folder)
    assert main(["said", "Tauber", "--kind", "deny", "--index", index]) == 0
    text = capsys.readouterr().out
    assert "The Gazette, 5 March 2024: Dam to be mended" in text
    assert "Inge Tauber [deny] “She denied that money was missing.”" in text
    assert main(["said", "Tauber", "--kind", "deny", "--index", index, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["speaker"], row["cue"]) == ("Inge Tauber", "She", "denied")
    assert row["articles"][0]["publisher"] == "The Gazette"
    assert main(["said", "Nobody", "--index", index]) == 0
    assert capsys.readouterr().out == "No remarks found.\n"


def test_programs_ask_over_http_within_quota(kept):
    settings = words_settings(kept.collection.folder, quota="3/minute")
    client = TestClient(build_app(Assistant(settings)), base_url="http://127.0.0.1:7860")
    answer = client.get("/api/said", params={"speaker": "tauber", "limit": 2})
    assert [each["kind"] for each in answer.json()["remarks"]] == ["apologise", "accuse"]
    assert answer.headers["cache-control"] == "no-store"
    unknown = client.get("/api/said", params={"who": "tauber"})
    assert (unknown.status_code, unknown.json()["error"][:27]) == (400, "There is no field 'who'. Th")
    assert client.get("/api/said", params={"limit": "1000"}).json()["error"].startswith("limit is '1000'. Give a whole")
    assert client.get("/api/said", params={"kind": "shout"}).status_code == 400
    assert client.get("/api/said", params={"speaker": "a\0b"}).status_code == 400
    client.get("/api/said")
    assert client.get("/api/said").status_code == 429
