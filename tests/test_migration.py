"""An index made by an older onrecord is brought up to date, and a copy of it is kept."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assistant import Assistant
from index import schema
from index.doctor import check
from index.embed import WordEmbedder
from index.vectors import VectorStore
from tests.conftest import words_settings
from tests.serving import environment

TEXTS = {
    "storm.txt": "Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.",
    "fair.txt": "Fair weather\n\nThe sun shone on the harbour all day long. Nobody in Orsk complained.\n",
}


@pytest.fixture
def old(tmp_path, write):
    """An index of version 1, whose two articles came from files that are still there."""
    statements = (Path(__file__).parent / "data" / "catalog-1.sql").read_text("utf-8")
    for name, text in TEXTS.items():
        path = write(name, text)
        statements = statements.replace(_id(f"/news/{name}"), _id(str(path))).replace(f"/news/{name}", str(path))
    folder = tmp_path / "index"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "catalog.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(statements)
        passages = database.execute(
            "SELECT passages.id, version, title || char(10) || substr(full_text, start + 1, end - start) "
            "FROM passages JOIN articles ON articles.id = article"
        ).fetchall()
    ids, versions, texts = zip(*passages, strict=True)
    with closing(VectorStore(folder / "chroma", "passages", new=True)) as vectors:
        vectors.add(ids, versions, WordEmbedder().encode(texts))
    assistant = Assistant(words_settings(folder))
    yield assistant
    assistant.collection.forget()


def _id(source):
    return hashlib.sha256(source.encode()).hexdigest()[:10]


def dump(path):
    """All rows of the tables that were there in version 1."""
    with closing(sqlite3.connect(path)) as database:
        names = ("facts", "articles", "passages", "unwanted_versions")
        rows = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}
        return database.execute("PRAGMA user_version").fetchone(), rows


def test_an_older_index_answers_as_before(old):
    assert {article.title for article in old.articles()} == {"Storm takes the mill", "Fair weather"}
    assert old.search("roof of the mill")[0].article.title == "Storm takes the mill"
    assert old.collection.matching(["harbour"], 3)[0].article.title == "Fair weather"
    assert old.ask("What did Mr. Orsk deny?").citations[0].article.title == "Storm takes the mill"
    assert check(old.collection, repair=False) == []


def test_add_sync_and_remove_go_on_with_an_older_index(old, tmp_path, write):
    articles = tmp_path / "articles"
    report = old.sync()
    assert (report.added, report.failed, report.vanished) == ((), (), ())
    assert set(report.unchanged + report.updated) == {_id(str(articles / name)) for name in TEXTS}
    assert old.sync().updated == ()
    assert len(old.ingest([write("new.txt", "Floods\n\nThe river rose by two metres on Tuesday.\n")]).added) == 1
    old.remove([str(articles / "fair.txt")])
    (articles / "storm.txt").write_text(TEXTS["storm.txt"].replace("roof", "chimney"))
    assert len(old.sync().updated) == 1
    assert "chimney" in old.search("chimney of the mill")[0].text
    assert len(old.articles()) == 2
    assert check(old.collection, repair=False) == []


def test_a_copy_of_the_older_catalog_is_kept(old):
    path = old.collection.folder / "catalog.db"
    before = dump(path)
    assert old.articles()
    assert schema.version(path) == schema.VERSION
    assert dump(path.with_name("catalog.db.1")) == before
    with closing(sqlite3.connect(path.with_name("catalog.db.1"))) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM lexical WHERE lexical MATCH 'mill'").fetchone() == (1,)


KILLED = """
import sys
from pathlib import Path
from benchmarks.kills import Fault
from index import schema
Fault(sys.argv[2], sys.argv[3] == "after", 1).arm()
schema._MIGRATIONS[1] = schema._from_1
schema.migrate(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("function", "when"),
    [("index.schema:_back_up", "after"), ("index.schema:band_keys", "after"), ("index.schema:_from_1", "after")],
)
def test_a_kill_while_migrating_changes_nothing(old, function, when):
    path = old.collection.folder / "catalog.db"
    before = dump(path)
    command = [sys.executable, "-c", KILLED, str(path), function, when]
    root = Path(__file__).parent.parent
    assert subprocess.run(command, cwd=root, env=environment(), timeout=60).returncode == -9
    assert dump(path) == before
    assert old.search("roof of the mill")[0].article.title == "Storm takes the mill"
    assert dump(path.with_name("catalog.db.1")) == before


def test_processes_that_migrate_at_once_keep_a_copy_of_the_older_catalog(old):
    path = old.collection.folder / "catalog.db"
    before = dump(path)
    migrate = "import sys; from pathlib import Path; from index import schema; schema.migrate(Path(sys.argv[1]))"
    processes = [subprocess.Popen([sys.executable, "-c", migrate, str(path)]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert schema.version(path) == schema.VERSION
    assert dump(path.with_name("catalog.db.1")) == before


def test_an_older_index_that_cant_be_written_is_told_in_one_line(old):
    backup = old.collection.folder / "catalog.db.1"
    backup.mkdir()
    with pytest.raises(Exception, match="can't be opened") as told:
        old.articles()
    assert "\n" not in str(told.value)
    assert schema.version(old.collection.folder / "catalog.db") == 1
    os.rmdir(backup)
    assert len(old.articles()) == 2
