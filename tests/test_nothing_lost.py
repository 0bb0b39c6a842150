"""Nothing is lost when a process that adds articles is killed, the disk is full, or others read and write too."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from assistant import Assistant
from benchmarks.kills import FAULTS, Fault, Work, killed, problems
from index import doctor
from index.errors import CollectionError
from index.rebuild import rebuild
from tests.conftest import words_settings
from tests.serving import ONRECORD, environment

STORM = "Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.\n"
FAIR = "Fair weather\n\nThe sun shone on the harbour all day long.\n"
REBUILDS = """
import sys
from pathlib import Path
from index.collection import Collection
from index.embedding.embedder import WordEmbedder
from index.rebuild import rebuild
for _ in range(int(sys.argv[2])):
    rebuild(Collection(Path(sys.argv[1]), WordEmbedder()))
"""


@pytest.fixture
def work(tmp_path):
    work = Work(tmp_path)
    work.write()
    return work


def test_a_kill_between_the_two_stores_loses_nothing(work):
    fault = Fault("chromadb:Collection.upsert", after=True, call=2)
    assert list(problems(work, killed(work, fault, "spawn"))) == []


@pytest.mark.real
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.call == 1], ids=str)
def test_a_kill_at_any_step_loses_nothing(work, fault):
    done = killed(work, fault, "spawn")
    assert done < len(work.steps)
    assert list(problems(work, done)) == []


@pytest.mark.real
@pytest.mark.parametrize("seed", range(20))
def test_a_kill_at_a_random_moment_loses_nothing(work, seed):
    assert list(problems(work, killed(work, random.Random(seed).uniform(0, 1), "spawn"))) == []


def onrecord(folder, *arguments, **options):
    settings = environment(ONRECORD_INDEX_DIR=str(folder), ONRECORD_EMBEDDING_MODEL="words")
    command = [str(ONRECORD), *map(str, arguments)]
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_a_second_writer_reads_in_one_line_who_is_first(empty, write):
    path = write("storm.txt", STORM)
    with empty.collection.writing(), onrecord(empty.settings.index_dir, "add", path) as second:
        _, said = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"is being written by process {os.getpid()} (" in said
    assert said.count("\n") == 1


def test_the_lock_of_a_dead_process_holds_nobody_up(empty, write):
    with onrecord(empty.settings.index_dir, "add", "-", stdin=subprocess.PIPE) as first:
        while not (empty.settings.index_dir / "writer").exists():
            time.sleep(0.01)
        with pytest.raises(CollectionError, match=rf"by process {first.pid} \(onrecord add, since \d\d:\d\d\)"):
            empty.ingest([write("storm.txt", STORM)])
        first.send_signal(signal.SIGKILL)
        first.wait(60)
        assert len(empty.ingest([write("storm.txt", STORM)]).added) == 1


def test_within_two_seconds_searches_see_what_other_processes_add_and_remove(empty, write):
    empty.ingest([write("storm.txt", STORM)])
    folder = empty.settings.index_dir
    for arguments, finds in [(("add", write("fair.txt", FAIR)), True), (("remove", write("fair.txt", FAIR)), False)]:
        with onrecord(folder, *arguments) as other:
            while other.poll() is None:
                assert empty.search("roof of the mill")
            assert other.returncode == 0, other.stderr.read()
        ended = time.monotonic()
        while finds is not any(hit.article.title == "Fair weather" for hit in empty.search("sun on the harbour")):
            assert time.monotonic() - ended < 2
            time.sleep(0.05)


def test_a_rebuild_in_another_process_disturbs_no_search(empty, write):
    empty.ingest([write("storm.txt", STORM), write("fair.txt", FAIR)])
    command = [sys.executable, "-c", REBUILDS, str(empty.settings.index_dir), "5"]
    searches = 0
    with subprocess.Popen(command) as other:
        while other.poll() is None:
            for near in ("roof of the mill", "sun on the harbour"):
                assert len(empty.collection.nearest(near, 2)) == 2
                assert empty.search(near)
            searches += 1
    assert other.returncode == 0
    assert searches > 5


def test_vectors_that_no_article_has_dont_crowd_out_the_others(empty, write):
    """As a killed run leaves them, each nearer than what is to be found."""
    empty.ingest([write("storm.txt", STORM)])
    vector = empty.collection.embedder.encode(["roof of the mill"])
    names = [f"killed.{number}" for number in range(50)]
    empty.collection.vectors.add(names, vector.repeat(50, axis=0))
    assert [hit.article.title for hit in empty.collection.nearest("roof of the mill", 5)] == ["Storm takes the mill"]


def test_a_thread_that_adds_disturbs_no_thread_that_searches(empty, write):
    empty.ingest([write("storm.txt", STORM)])
    problems, done = [], threading.Event()

    def search():
        while not done.is_set():
            try:
                assert empty.collection.nearest("roof of the mill", 1)[0].article.title == "Storm takes the mill"
            except Exception as error:
                problems.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(8):
        empty.ingest([write(f"{number}.txt", f"Report {number}\n\nThe harbour had {number} ships in it on Tuesday.")])
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.fixture
def mount(tmp_path):
    """Mounts an empty file system of so many bytes, in memory."""
    folder = tmp_path / "mounted"
    folder.mkdir()

    def mount(options):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
        if done.returncode:
            if os.environ.get("CI") and os.geteuid() == 0:
                pytest.fail(done.stderr)
            pytest.skip(f"This user can't mount a file system: {done.stderr.strip()}")
        return folder

    yield mount
    subprocess.run(["umount", "--lazy", folder], capture_output=True)


@pytest.mark.real
def test_on_a_full_disk_adding_ends_in_one_line_and_goes_on_when_there_is_room(mount, write):
    folder = mount("size=3m")
    for number in range(60):
        write(
            f"{number:03}.txt",
            f"Report {number}\n\n" + f"The harbour {number} had {number} ships in it, they say. " * 60,
        )
    articles = write("storm.txt", STORM).parent
    assistant = Assistant(words_settings(folder / "index"))
    assistant.ingest([articles / "storm.txt"])
    with pytest.raises(CollectionError, match=r"(?i)full|no space|room") as raised:
        assistant.ingest([articles])
    assert "\n" not in str(raised.value)
    assert assistant.search("roof of the mill")[0].article.title == "Storm takes the mill"
    subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
    report = assistant.ingest([articles])
    assert len(report.added) + len(report.unchanged) == 61
    assert doctor.check(assistant.collection, repair=False) == []
    assistant.collection.close()


def test_a_disk_that_is_full_from_the_first_is_reported_in_one_line(mount, write):
    folder = mount("size=64k")
    (folder / "filler").write_bytes(b"x" * 64 * 1024)
    path = write("storm.txt", STORM)
    assistant = Assistant(words_settings(folder / "index"))
    with pytest.raises(CollectionError, match="No space left") as raised:
        assistant.ingest([path])
    assert "\n" not in str(raised.value)
    subprocess.run(["mount", "-o", "remount,size=100m", folder], check=True)
    assert len(assistant.ingest([path]).added) == 1
    assistant.collection.close()


@pytest.mark.real
def test_a_read_only_disk_is_reported_in_one_line(mount, write):
    folder = mount("size=50m")
    with onrecord(folder / "index", "add", write("storm.txt", STORM)) as other:
        assert other.wait(60) == 0
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    assistant = Assistant(words_settings(folder / "index"))
    for use in (
        lambda: assistant.ingest(["x"]),
        lambda: rebuild(assistant.collection),
        lambda: assistant.search("mill"),
    ):
        with pytest.raises(CollectionError, match=r"can't be (written|opened)") as raised:
            use()
        assert "\n" not in str(raised.value)
    subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
    assert assistant.search("roof of the mill")
    assert doctor.check(assistant.collection, repair=False) == []
    assistant.collection.close()
