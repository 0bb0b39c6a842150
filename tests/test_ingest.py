import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from assistant import Assistant, Settings
from index.embedding.embedder import load_embedder
from index.errors import CollectionError, OnrecordError
from index.report import Failure
from index.text.sentences import SPLITTER
from tests.conftest import words_settings

STORM = "Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.\n"


def vector_count(assistant):
    return assistant.collection.vectors._collection.count()


def test_an_added_article_is_found_by_meaning_and_by_word(empty, write):
    report = empty.ingest([write("storm.txt", STORM)])
    (article,) = empty.articles()
    assert (report.added, report.passages) == ((article.id,), 1)
    assert [passage.article.title for passage in empty.collection.nearest("roof of the mill", 5)] == [article.title]
    assert [passage.article.title for passage in empty.collection.matching(["roofs"], 5)] == [article.title]


def test_passages_are_slices_of_the_stored_text(demo):
    for passage in demo.search("What did the minister deny about the contract?", 30):
        assert passage.article.full_text[passage.start : passage.end] == passage.text
        assert all(passage.start <= s.start < s.end <= passage.end for s in passage.sentences)


def test_adding_the_same_again_does_nothing(empty, write):
    path = write("storm.txt", STORM)
    first = empty.ingest([path])
    generation = empty.collection.catalog.fact("generation")
    again = empty.ingest([path, path.parent, str(path.parent / ".." / "articles" / "storm.txt")])
    assert set(again.unchanged) == set(first.added)
    assert (again.added, again.updated, again.passages) == ((), (), 0)
    assert empty.collection.catalog.fact("generation") == generation


def test_a_changed_file_replaces_its_older_version_everywhere(empty, write):
    write("other.txt", "Fair weather\n\nThe sun shone on the harbour all day long.")
    path = write("storm.txt", STORM)
    empty.ingest([path.parent])
    path.write_text(STORM.replace("roof", "chimney"))
    report = empty.ingest([path.parent])
    assert (len(report.updated), len(report.unchanged)) == (1, 1)
    assert empty.collection.matching(["roof"], 5) == []
    assert "chimney" in empty.collection.matching(["mill"], 5)[0].text
    assert vector_count(empty) == 2 == empty.collection.catalog.passage_count()


def test_a_changed_file_that_cant_be_read_leaves_the_older_version(empty, write):
    path = write("storm.txt", STORM)
    empty.ingest([path])
    path.write_bytes(b"\x00")
    report = empty.ingest([path])
    assert len(report.failed) == 1
    assert empty.collection.matching(["roof"], 5)


def test_removing_removes_texts_words_and_vectors(empty, write):
    write("other.txt", "Fair weather\n\nThe sun shone on the harbour all day long.")
    empty.ingest([write("storm.txt", STORM).parent])
    (storm,) = [article for article in empty.articles() if "Storm" in article.title]
    assert empty.remove([storm.id]).removed == (storm.id,)
    assert empty.collection.matching(["roof"], 5) == []
    assert len(empty.collection.nearest("roof of the mill", 5)) == 1
    assert vector_count(empty) == 1
    with pytest.raises(CollectionError, match="no article has this id"):
        empty.remove([storm.id])


def test_a_bad_file_among_good_ones_is_named_and_the_good_ones_go_in(empty, write):
    write("good.txt", STORM)
    write("deep/er/good.md", "# Floods\n\nThe river rose by two metres on Tuesday.")
    write(".hidden/no.txt", "Not this one, which is hidden away.")
    picture = write("picture.jpg", b"\xff\xd8")
    bad = write("bad.txt", b"\x00\x01")
    nowhere = os.path.abspath("nowhere.txt")
    report = empty.ingest([bad.parent, "nowhere.txt"])
    assert len(report.added) == 2
    assert report.failed == (
        Failure(str(bad), f"{bad} is a binary file. Give a file of text."),
        Failure(nowhere, f"{nowhere} doesn't exist. Give a file or a folder."),
    )
    assert report.left_out == (str(picture),)


@pytest.mark.parametrize("odd", ["loop", "fifo", "locked", "long"])
def test_odd_paths_are_refused_without_a_traceback(empty, tmp_path, odd):
    path = tmp_path / "odd.txt"
    if odd == "loop":
        path.symlink_to(path)
    elif odd == "fifo":
        os.mkfifo(path)
    elif odd == "long":
        path = tmp_path / ("x" * 300 + ".txt")
    else:
        path.mkdir()
        path = path / "\0.txt"
    (failure,) = empty.ingest([path]).failed
    assert "\n" not in failure.reason


def test_articles_may_hold_markup_sql_and_operators(empty, write):
    text = (
        'Robert\'); DROP TABLE articles;--\n\n<script>alert(1)</script> NEAR("a" OR *) said Mr. Orsk on Monday, & left.'
    )
    empty.ingest([write("odd.txt", text)])
    assert empty.articles()[0].title == "Robert'); DROP TABLE articles;--"
    assert empty.search('"; DROP TABLE articles; -- NEAR( * OR "') != []


def test_another_embedding_model_is_an_error_that_names_both(empty, write):
    empty.ingest([write("storm.txt", STORM)])
    other = Assistant(Settings(index_dir=empty.settings.index_dir))
    with pytest.raises(
        CollectionError, match=r"embedding model 'words', not 'all-MiniLM-L6-v2'.*ONRECORD_EMBEDDING_MODEL"
    ):
        other.search("roof")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("PRAGMA user_version = 99", "newer onrecord .schema 99.*Upgrade"),
        ("UPDATE facts SET value = 'old' WHERE name = 'splitter'", f"splitter 'old', not '{SPLITTER}'"),
    ],
)
def test_an_index_of_another_onrecord_is_an_error_that_says_what_to_do(empty, write, statement, says):
    path = write("storm.txt", STORM)
    empty.ingest([path])
    with sqlite3.connect(empty.settings.index_dir / "catalog.db") as database:
        database.execute(statement)
    database.close()
    for use in (lambda a: a.search("roof"), lambda a: a.ingest([path])):
        with pytest.raises(CollectionError, match=says):
            use(Assistant(empty.settings))


def test_a_file_that_is_no_catalog_is_an_error_that_names_it(tmp_path):
    (tmp_path / "catalog.db").write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(CollectionError, match="is not a catalog"):
        Assistant(words_settings(tmp_path)).search("roof")


def test_an_empty_index_says_how_to_add(empty, write):
    for problem in (lambda: empty.search("roof"), lambda: empty.ask("roof?"), empty.articles):
        with pytest.raises(CollectionError, match="onrecord add --demo"):
            problem()
    empty.ingest([write("bad.txt", b"\x00")])
    with pytest.raises(CollectionError, match="onrecord add --demo"):
        empty.ask("roof?")


def test_one_process_writes_at_a_time(empty, write):
    path = write("storm.txt", STORM)
    with empty.collection.writing(), pytest.raises(CollectionError, match="is being written by process"):
        Assistant(empty.settings).ingest([path])


def test_a_folder_that_cant_be_made_is_a_clear_error(tmp_path, write):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OnrecordError, match="--index"):
        Assistant(words_settings(tmp_path / "file" / "index")).ingest([write("storm.txt", STORM)])


def _add_in_another_process(folder, path):
    Assistant(words_settings(folder)).ingest([path])


def test_a_reader_sees_what_another_process_adds(empty, write):
    empty.ingest([write("storm.txt", STORM)])
    assert len(empty.search("harbour in the sun")) == 1
    other = write("other.txt", "Fair weather\n\nThe sun shone on the harbour all day long.")
    process = multiprocessing.get_context("spawn").Process(
        target=_add_in_another_process, args=(empty.settings.index_dir, other)
    )
    process.start()
    process.join(30)
    assert process.exitcode == 0
    assert empty.collection.nearest("harbour in the sun", 1)[0].article.title == "Fair weather"


def test_questions_are_answered_while_articles_go_in(empty, write):
    """Four readers, and one writer in the same process."""
    empty.ingest([write("storm.txt", STORM)])
    problems = []

    def read():
        for _ in range(15):
            try:
                assert empty.search("roof of the mill")[0].article.title == "Storm takes the mill"
            except Exception as error:
                problems.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(5):
        empty.ingest([write(f"{number}.txt", f"Report {number}\n\nThe harbour had {number} ships in it on Tuesday.")])
    for reader in readers:
        reader.join()
    assert problems == []
    assert len(empty.articles()) == 6


@pytest.mark.real
@pytest.mark.parametrize("moment", [0.0, 0.1, 0.3])
def test_a_killed_run_leaves_nothing_half_visible_and_the_next_mends_it(empty, write, moment):
    for number in range(300):
        write(f"{number:03}.txt", f"Report {number}\n\n" + f"The harbour had {number} ships in it on Tuesday. " * 30)
    folder = write("last.txt", STORM).parent
    adding = f"_add_in_another_process({str(empty.settings.index_dir)!r}, {str(folder)!r})"
    script = f"from tests.test_ingest import _add_in_another_process; {adding}"
    run = subprocess.Popen([sys.executable, "-c", script])
    while not (empty.settings.index_dir / "chroma" / "chroma.sqlite3").exists():
        time.sleep(0.01)
    time.sleep(moment)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    seen = Assistant(empty.settings)
    known = {article.id for article in seen.articles()}
    assert all(passage.article.id in known for passage in seen.collection.nearest("harbour", 50))
    mended = Assistant(empty.settings)
    report = mended.ingest([folder])
    assert len(report.added) + len(report.unchanged) == 301
    assert vector_count(mended) == mended.collection.catalog.passage_count()
    assert mended.collection.catalog.unwanted_passages() == []
    shutil.rmtree(folder)


@pytest.mark.real
def test_a_text_has_the_same_vector_whether_it_is_encoded_anew_or_remembered():
    texts = ["The mill was sold.", "Nobody was hurt.", "The mill was sold."]
    embedder = load_embedder("all-MiniLM-L6-v2")
    first = embedder.encode(texts, threads=1)
    again = embedder.encode(texts[::-1], threads=1)
    assert first.shape == (3, 384)
    assert (first == again).all()
    assert embedder.encode([], threads=1).shape[0] == 0


@pytest.mark.real
@pytest.mark.parametrize("instructions", ["DEFAULT", "AVX512_CORE", "AVX2"])
def test_many_texts_at_once_have_the_vectors_that_they_have_alone_whatever_the_cpu_can(instructions):
    script = """
        from index.embedding.embedder import BULK, load_embedder
        texts = [f"The mill at {number} Canal Road was sold for {number} million." for number in range(BULK)]
        embedder = load_embedder("all-MiniLM-L6-v2")
        many, few = embedder.encode(texts, threads=2), embedder.encode(texts[:10], threads=1)
        print(float((many[:10] * few).sum(axis=1).min()))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": instructions}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout) > 0.9995


def test_an_article_in_another_language_comes_in_and_is_reported(empty, write):
    german = "Der Sturm hat am Montag das Dach der alten Mühle abgedeckt und den Hafen verwüstet. " * 5
    report = empty.ingest([write("sturm.txt", german), write("storm.txt", STORM)])
    assert len(report.added) == 2
    (foreign,) = report.foreign
    assert empty.article(foreign).language == "de"
