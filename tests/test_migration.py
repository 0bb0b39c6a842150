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
from index.doctor import check
from index.embedding.embedder import WordEmbedder
from index.storage import schema
from index.storage.vectors import VectorStore
from tests.conftest import words_settings
from tests.serving import environment

TEXTS = {
    "storm.txt": "Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.",
    "fair.txt": "Fair weather\n\nThe sun shone on the harbour all day long. Nobody in Orsk complained.\n",
}


@pytest.fixture(params=[1, 2, 3])
def version(request):
    return request.param


@pytest.fixture
def old(tmp_path, write, version):
    """An index of that version, whose two articles came from files that are still there."""
    statements = (Path(__file__).parent / "data" / f"catalog-{version}.sql").read_text("utf-8")
    for name, text in TEXTS.items():
        path = write(name, text)
        statements = statements.replace(_id(f"/news/{name}"), _id(str(path))).replace(f"/news/{name}", str(path))
    folder = tmp_path / "index"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "catalog.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(statements)
        passages = database.execute(
            "SELECT passages.id, title || char(10) || substr(full_text, start + 1, end - start) "
            "FROM passages JOIN articles ON articles.id = article"
        ).fetchall()
    ids, texts = zip(*passages, strict=True)
    with closing(VectorStore(folder / "chroma", "passages", new=True)) as vectors:
        vectors.add(ids, WordEmbedder().encode(texts))
    assistant = Assistant(words_settings(folder))
    yield assistant
    assistant.collection.close()


def _id(source):
    return hashlib.sha256(source.encode()).hexdigest()[:10]


def dump(path):
    """The version and all rows of some tables."""
    with closing(sqlite3.connect(path)) as database:
        names = ("facts", "articles", "passages")
        rows = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}
        return database.execute("PRAGMA user_version").fetchone(), rows


@pytest.fixture
def backup(old, version):
    """Where the copy of the older catalog is to be."""
    return old.collection.folder / f"catalog.db.{version}"


def test_an_older_index_answers_as_before(old):
    assert {article.title for article in old.articles()} == {"Storm takes the mill", "Fair weather"}
    assert old.search("roof of the mill")[0].article.title == "Storm takes the mill"
    assert old.collection.matching(["harbour"], 3)[0].article.title == "Fair weather"
    assert old.ask("What did Mr. Orsk deny?").citations[0].article.title == "Storm takes the mill"
    (fair,) = [article for article in old.articles() if article.title == "Fair weather"]
    (hit,) = old.search("weather at sea", article=fair.id)
    assert hit.article.title == "Fair weather"
    assert check(old.collection, repair=False) == []


@pytest.mark.parametrize("version", [2, 3])
def test_what_a_killed_run_left_is_swept_away_after_the_migration(old, write):
    old.collection.vectors.add(["5ed1f0a9c0de.0", "5ed1f0a9c0de.7"], WordEmbedder().encode(["mill", "roof"]))
    old.ingest([write("new.txt", "Floods\n\nThe river rose by two metres on Tuesday.\n")])
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


WORDS_OF = {
    1: "SELECT count(*) FROM lexical WHERE lexical MATCH 'mill'",
    2: "SELECT count(*) FROM lexical WHERE lexical MATCH 'mill'",
    3: "SELECT count(*) FROM postings WHERE term = 'mill'",
}


def test_an_older_index_has_the_tables_of_a_new_one(old, write):
    def columns(assistant):
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name != 'sqlite_sequence'"
        with closing(sqlite3.connect(assistant.collection.folder / "catalog.db")) as database:
            names = [name for (name,) in database.execute(tables)]
            rows = {
                name: {column for _, column, *_ in database.execute(f"PRAGMA table_info({name})")} for name in names
            }
            indexes = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
            return rows, database.execute(indexes).fetchall()

    assert old.articles()
    new = Assistant(words_settings(old.collection.folder.parent / "new"))
    new.ingest([write("new.txt", "Floods\n\nThe river rose by two metres on Tuesday.\n")])
    assert columns(old) == columns(new)
    new.collection.close()


def test_a_copy_of_the_older_catalog_is_kept(old, backup, version):
    path = old.collection.folder / "catalog.db"
    before = dump(path)
    assert old.articles()
    assert schema.version(path) == schema.VERSION
    assert dump(backup) == before
    with closing(sqlite3.connect(backup)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute(WORDS_OF[version]).fetchone() == (1,)


KILLED = """
import sys
from pathlib import Path
from benchmarks.kills import Fault
from index.storage import migrations
Fault(sys.argv[2], True, 1).arm()
migrations.migrate(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("version", "function"),
    [
        (1, "index.storage.migrations:_back_up"),
        (1, "index.storage.migrations:band_keys"),
        (1, "index.storage.migrations:_from_1_to_2"),
        (2, "index.storage.migrations:_back_up"),
        (2, "index.storage.migrations:_from_2_to_4"),
        (2, "index.storage.migrations:add_passages"),
        (3, "index.storage.migrations:_back_up"),
        (3, "index.storage.migrations:_from_3_to_4"),
        (3, "index.storage.migrations:add_passages"),
    ],
)
def test_a_kill_while_migrating_changes_nothing(old, backup, function):
    path = old.collection.folder / "catalog.db"
    before = dump(path)
    command = [sys.executable, "-c", KILLED, str(path), function]
    root = Path(__file__).parent.parent
    assert subprocess.run(command, cwd=root, env=environment(), timeout=60).returncode == -9
    assert dump(path) == before
    assert old.search("roof of the mill")[0].article.title == "Storm takes the mill"
    assert dump(backup) == before


def test_processes_that_migrate_at_once_keep_a_copy_of_the_older_catalog(old, backup):
    path = old.collection.folder / "catalog.db"
    before = dump(path)
    imports = "import sys; from pathlib import Path; from index.storage.migrations import migrate"
    migrate = f"{imports}; migrate(Path(sys.argv[1]))"
    processes = [subprocess.Popen([sys.executable, "-c", migrate, str(path)]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert schema.version(path) == schema.VERSION
    assert dump(backup) == before


def test_an_older_index_that_cant_be_written_is_reported_in_one_line(old, backup, version):
    backup.mkdir()
    with pytest.raises(Exception, match="can't be opened") as raised:
        old.articles()
    assert "\n" not in str(raised.value)
    assert schema.version(old.collection.folder / "catalog.db") == version
    os.rmdir(backup)
    assert len(old.articles()) == 2
