"""`doctor` finds what is wrong with an index and repairs it; `rebuild` makes passages, words and vectors again."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assistant import Assistant
from index.collection import Collection
from index.doctor import check
from index.embedding.embedder import WordEmbedder
from index.errors import CollectionError
from index.rebuild import rebuild
from tests.conftest import words_settings
from tests.serving import environment

STORM = "Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.\n"
FAIR = "Fair weather\n\nThe sun shone on the harbour all day long.\n"
TITLES = {"Storm takes the mill", "Fair weather"}


@pytest.fixture
def two(empty, write):
    """An index of two articles."""
    write("storm.txt", STORM)
    empty.ingest([write("fair.txt", FAIR).parent])
    yield empty
    empty.collection.close()


def execute(assistant, statement):
    with closing(sqlite3.connect(assistant.collection.folder / "catalog.db")) as database, database:
        database.execute(statement)


def is_whole(assistant):
    """Whether the doctor finds nothing, and both articles are found by meaning and by word."""
    near = {hit.article.title for hit in assistant.collection.nearest("roof of the mill", 5)}
    words = {hit.article.title for hit in assistant.collection.matching(["mill", "harbour"], 5)}
    return check(assistant.collection, repair=False) == [] and near == words == TITLES


def test_a_sound_index_has_no_findings(two):
    assert is_whole(two)


def lose_a_vector(assistant):
    (ids,) = assistant.collection.vectors.ids()
    assistant.collection.vectors.remove(ids[:1])


def add_a_vector(assistant):
    vector = assistant.collection.embedder.encode(["roof of the mill"])
    assistant.collection.vectors.add(["nobodys.0"], vector)


def lose_the_words_of_a_passage(assistant):
    execute(assistant, "DELETE FROM lexical WHERE rowid = 1")


def lose_a_word(assistant):
    execute(assistant, "UPDATE lexical SET stems = replace(stems, 'mill', '')")


def add_the_words_of_no_passage(assistant):
    execute(assistant, "INSERT INTO lexical (rowid, stems) VALUES (99, 'windmil')")


def change_a_text_but_not_its_index(assistant):
    execute(assistant, "UPDATE lexical_content SET c0 = replace(c0, 'mill', 'windmil')")


def lose_the_inverted_index(assistant):
    execute(assistant, "DELETE FROM lexical_data WHERE id > 10")


def lose_all_vectors(assistant):
    vectors = assistant.collection.vectors
    vectors.drop(vectors.name)


def break_off_a_rebuild(assistant):
    assistant.collection.catalog.intend_vectors("onrecord-broken-off")
    with closing(assistant.collection.vector_store("onrecord-broken-off", new=True)):
        pass


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lose_a_vector, "1 passages have no vector"),
        (add_a_vector, "1 vectors belong to no passage"),
        *(
            (spoil, "lexical index doesn't agree")
            for spoil in (
                lose_the_words_of_a_passage,
                lose_a_word,
                add_the_words_of_no_passage,
                change_a_text_but_not_its_index,
                lose_the_inverted_index,
            )
        ),
        (lose_all_vectors, "are gone from"),
        (break_off_a_rebuild, "left over"),
    ],
)
def test_what_differs_is_found_and_then_repaired(two, spoil, says):
    spoil(two)
    for repair in (False, True):
        (finding,) = check(two.collection, repair=repair)
        assert says in finding.what
        assert finding.repairable
    assert is_whole(two)
    assert is_whole(Assistant(two.settings))


def test_search_and_add_report_lost_vectors_and_write_nothing(two, write):
    lose_all_vectors(two)
    assistant = Assistant(two.settings)
    for use in (lambda: assistant.search("mill"), lambda: assistant.ingest([write("new.txt", STORM)])):
        with pytest.raises(CollectionError, match=r"gone from .*onrecord doctor") as raised:
            use()
        assert "\n" not in str(raised.value)
    assert len(assistant.articles()) == 2


SPOILED_FILES = {
    "chroma.sqlite3 is garbage": lambda chroma: (chroma / "chroma.sqlite3").write_bytes(b"x" * 9_999),
    "chroma.sqlite3 is cut short": lambda chroma: os.truncate(chroma / "chroma.sqlite3", 40_000),
    "the folder is gone": lambda chroma: subprocess.run(["rm", "-r", chroma], check=True),
}

USE = """
import sys
from pathlib import Path
from index.collection import Collection
from index.doctor import check
from index.embedding.embedder import WordEmbedder
from index.errors import CollectionError
collection = Collection(Path(sys.argv[1]), WordEmbedder())
for use in (lambda: collection.nearest("mill", 2), lambda: print(check(collection, repair=True))):
    try:
        use()
        print("fine")
    except CollectionError as error:
        print("told:", error)
"""


def used(folder):
    """Search and repair in another process, because Chroma keeps files open in this one. Return its lines."""
    done = subprocess.run([sys.executable, "-c", USE, folder], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.real
@pytest.mark.parametrize("how", SPOILED_FILES)
def test_damaged_files_of_vectors_are_reported_in_one_line_and_made_again(two, how):
    chroma = two.collection.folder / "chroma"
    two.collection.close()
    SPOILED_FILES[how](chroma)
    searched, *repaired = used(two.collection.folder)
    assert searched.startswith("told: The vectors")
    if "folder is gone" not in how:
        assert "move that folder away" in repaired[0]
        assert repaired[1:] == []
        chroma.rename(chroma.with_name("moved away"))
        repaired = used(two.collection.folder)[1:]
    assert "gone from" in repaired[0]
    assert repaired[1:] == ["fine"]
    assert is_whole(Assistant(two.settings))


@pytest.mark.real
@pytest.mark.parametrize("how", ["missing", "garbage", "short"])
def test_a_spoiled_index_of_neighbours_is_repaired(empty, write, how):
    """So many vectors that Chroma keeps an index of neighbours in files."""
    lines = [f"Ships of {n}\n\n" + " ".join(f"Ship {n} of {m} came in." for m in range(400)) for n in range(6)]
    for number, text in enumerate(lines):
        write(f"{number}.txt", text)
    empty.ingest([write("storm.txt", STORM).parent])
    empty.collection.vectors.add([f"filler.{n}" for n in range(1_500)], empty.collection.embedder.encode(["x"] * 1_500))
    empty.collection.close()
    (folder,) = [each for each in (empty.collection.folder / "chroma").iterdir() if each.is_dir()]
    for file in folder.iterdir():
        if how == "missing":
            file.unlink()
        elif how == "garbage":
            file.write_bytes(b"x" * file.stat().st_size)
        elif file.name == "data_level0.bin":
            os.truncate(file, 1_000)
    used(empty.collection.folder)
    assistant = Assistant(empty.settings)
    assert check(assistant.collection, repair=False) == []
    assert assistant.collection.nearest("roof of the mill", 1)[0].article.title == "Storm takes the mill"
    assistant.collection.close()


@pytest.mark.parametrize("how", ["garbage", "short"])
def test_a_damaged_catalog_is_reported_and_left_as_it_is(two, how):
    two.collection.close()
    path = two.collection.folder / "catalog.db"
    content = bytearray(path.read_bytes())
    path.write_bytes(content[:20_480] if how == "short" else content[:4_096] + b"\xaa" * (len(content) - 4_096))
    before = path.read_bytes()
    (finding,) = check(Assistant(two.settings).collection, repair=True)
    assert (finding.repairable, "catalog is damaged" in finding.what) == (False, True)
    for use in (lambda one: one.search("mill"), lambda one: one.ingest(["x"]), lambda one: rebuild(one.collection)):
        with pytest.raises(CollectionError, match="damaged") as raised:
            use(Assistant(two.settings))
        assert "\n" not in str(raised.value)
    assert path.read_bytes() == before


class OtherEmbedder(WordEmbedder):
    """Another model, of other dimensions."""

    name = "other"
    dimensions = 64


def test_rebuild_makes_an_index_usable_with_another_model(two):
    other = Collection(two.collection.folder, OtherEmbedder())
    with pytest.raises(CollectionError, match=r"embedding model 'words', not 'other'.*`onrecord rebuild`"):
        other.nearest("roof of the mill", 2)
    assert rebuild(other) == 2
    assert {hit.article.title for hit in other.nearest("roof of the mill", 2)} == TITLES
    assert check(other, repair=False) == []
    with pytest.raises(CollectionError, match="embedding model 'other', not 'words'"):
        two.search("roof of the mill")
    other.close()


def test_rebuild_leaves_one_set_of_vectors_and_no_files_of_others(two):
    for _ in range(3):
        rebuild(two.collection)
    assert len(two.collection.vectors._client.list_collections()) == 1
    assert len([each for each in (two.collection.folder / "chroma").iterdir() if each.is_dir()]) <= 1
    assert is_whole(two)


def test_a_folder_that_chroma_does_not_know_is_moved_aside_and_reported(two):
    chroma = two.collection.folder / "chroma"
    (chroma / "somebodys").mkdir()
    (chroma / "somebodys" / "data_level0.bin").write_bytes(b"vectors")
    rebuild(two.collection)
    aside = two.collection.folder / "chroma-left-over"
    assert (aside / "somebodys" / "data_level0.bin").read_bytes() == b"vectors"
    assert not (chroma / "somebodys").exists()
    for repair in (False, True):
        (finding,) = check(two.collection, repair=repair)
        assert finding.what.startswith(f"1 folders that Chroma doesn't know were moved to {aside}.")
        assert not finding.repairable
    shutil.rmtree(aside)
    assert is_whole(two)


def test_a_rebuild_removes_the_folder_of_the_vectors_that_it_replaces(two):
    vectors = two.collection.vectors
    vectors.add([f"filler.{n}" for n in range(1_500)], two.collection.embedder.encode(["x"] * 1_500))
    (folder,) = [each for each in (two.collection.folder / "chroma").iterdir() if each.is_dir()]
    assert any(folder.iterdir()), "so many vectors that Chroma keeps an index of neighbours in files"
    rebuild(two.collection)
    assert not folder.exists()
    assert check(two.collection, repair=False) == []


KILLED = """
import sys
from pathlib import Path
from benchmarks.kills import Fault
from index.collection import Collection
from index.embedding.embedder import WordEmbedder
from index.rebuild import rebuild
Fault(sys.argv[2], sys.argv[3] == "after", 1).arm()
rebuild(Collection(Path(sys.argv[1]), WordEmbedder()))
"""


@pytest.mark.real
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "function",
    [
        "index.storage.catalog:Catalog.intend_vectors",
        "index.storage.vectors:VectorStore.add",
        "index.storage.lexical_index:make_anew",
        "index.storage.catalog:Catalog.replace_passages",
        "index.storage.vectors:VectorStore.drop",
    ],
)
@pytest.mark.parametrize("then", ["doctor", "rebuild"])
def test_a_rebuild_that_is_killed_leaves_a_good_index_and_the_next_run_tidies_up(two, function, when, then):
    folder = two.collection.folder
    two.collection.close()
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", KILLED, str(folder), function, when]
    assert subprocess.run(command, cwd=root, env=environment(), timeout=60).returncode == -9
    assistant = Assistant(words_settings(folder))
    assert {hit.article.title for hit in assistant.search("roof of the mill by the harbour")} == TITLES
    check(assistant.collection, repair=True) if then == "doctor" else rebuild(assistant.collection)
    assert is_whole(assistant)
    assert len(assistant.collection.vectors._client.list_collections()) == 1
    assistant.collection.close()
