"""`sync` reads again what has changed, keeps versions, and loses nothing unasked."""

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import pytest

from assistant.cli import main
from index import sources
from index.embedding.embedder import load_embedder
from index.errors import CollectionError
from tests.test_sources import RSS, feed, item, page, sitemap

STORM = "Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.\n"
FAIR = "Fair weather\n\nThe sun shone on the harbour all day long."
LONG = "".join(
    f"<p>The ferry of the harbour had {n} passengers on board on its way to the islands.</p>" for n in range(9)
)
XML = "application/xml"


@pytest.fixture
def embedded(monkeypatch):
    """The texts that are embedded."""
    texts = []
    embedder = type(load_embedder("words"))
    encode = embedder.encode

    def noted(self, given, *, threads):
        texts.extend(given)
        return encode(self, given, threads=threads)

    monkeypatch.setattr(embedder, "encode", noted)
    return texts


def contents(assistant):
    """All that is in the catalog's file."""
    with sqlite3.connect(assistant.settings.index_dir / "catalog.db") as database:
        lines = [*database.iterdump()]
    database.close()
    return lines


def counts(report):
    return replace(report, seconds=0.0)


def titles(assistant):
    return sorted(article.title for article in assistant.articles())


def story(text, title="Ferry to the islands"):
    return page(title=title, paragraphs=f"<p>{text}</p>{LONG}")


def csv_of(*names):
    rows = [f'{name},Story {name},"The council of {name} met on Monday and closed the bridge."' for name in names]
    return "\n".join(["id,title,text", *rows]) + "\n"


def test_unchanged_files_arent_read_again(empty, write, embedded, monkeypatch):
    folder = write("storm.txt", STORM).parent
    write("table.csv", csv_of("Orsk", "Vadum"))
    added = empty.ingest([folder]).added
    embedded.clear()
    monkeypatch.setattr("index.sources.formats.read_articles", lambda *given: pytest.fail("is read"))
    report = empty.sync()
    assert (set(report.unchanged), report.passages, embedded) == (set(added), 0, [])
    assert (report.added, report.updated, report.vanished, report.failed) == ((), (), (), ())


@pytest.mark.parametrize("validator", ["etag", "modified"])
def test_unchanged_pages_arent_sent_again(site, online, embedded, validator):
    given = {"etag": validator == "etag"}
    if validator == "modified":
        given["modified"] = datetime(2022, 3, 4, tzinfo=UTC)
    addresses = [site.put("/a", story("One."), **given), site.put("/b", story("Two.", "Other ferry"), **given)]
    added = online.ingest([*addresses, site.put("/sitemap.xml", sitemap(*addresses), content_type=XML)]).added
    site.asked.clear()
    embedded.clear()
    report = online.sync()
    assert (set(report.unchanged), report.added, report.updated, embedded) == (set(added), (), (), [])
    assert [(path, status) for path, status in site.asked if path != "/sitemap.xml"] == [("/a", 304), ("/b", 304)] * 2


def test_a_changed_file_becomes_a_new_version_and_the_newest_alone_is_found(empty, write, capsys, monkeypatch):
    path = write("storm.txt", STORM)
    write("fair.txt", FAIR)
    empty.ingest([path.parent])
    for word in ("chimney", "door"):
        path.write_text(STORM.replace("roof", word))
        report = empty.sync()
        assert (len(report.updated), len(report.unchanged), report.added) == (1, 1, ())
    article = empty.article(str(path))
    versions = empty.collection.catalog.versions(article)
    assert [word in version.full_text for version, word in zip(versions, ["door", "chimney", "roof"], strict=True)] == [
        True
    ] * 3
    assert versions[0] == article
    for word, found in [("roof", []), ("chimney", []), ("door", [article.id])]:
        assert [passage.article.id for passage in empty.collection.matching([word], 5)] == found
    assert len(empty.collection.nearest("storm roof chimney door", 9)) == 2
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")
    main(["show", article.id, "--versions", "--index", str(empty.settings.index_dir)])
    shown = capsys.readouterr().out
    assert shown.count("=== as read ") == 3
    assert shown.index("door") < shown.index("chimney") < shown.index("roof")
    main(["show", article.id, "--versions", "--index", str(empty.settings.index_dir), "--json"])
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_a_changed_page_becomes_a_new_version(site, online):
    address = site.put("/a", story("Nobody was hurt."))
    online.ingest([address])
    site.put("/a", story("Nobody was killed."))
    assert len(online.sync().updated) == 1
    (article,) = online.articles()
    assert "killed" in article.full_text
    assert [passage for passage in online.search("Was anybody hurt?") if "hurt" in passage.text] == []
    assert len(online.collection.catalog.versions(article)) == 2
    assert len(online.sync().unchanged) == 1


def test_a_changed_page_is_noticed_although_the_feed_that_listed_it_is_unchanged(site, online):
    address = site.put("/z", story("Nobody was hurt."))
    online.ingest([site.put("/feed", feed(item(address)), content_type=RSS), address])
    site.put("/z", story("Nobody was killed."))
    assert len(online.sync().updated) == 1
    assert site.asked[-2:] == [("/feed", 304), ("/z", 200)]


def test_new_files_and_feed_entries_are_added(site, online, write):
    first = feed(item(site.put("/a", story("One."))))
    online.ingest([write("storm.txt", STORM).parent, site.put("/feed", first, content_type=RSS)])
    write("fair.txt", FAIR)
    site.put("/feed", feed(item(site.put("/b", story("Two.", "Other ferry")))), content_type=RSS)
    report = online.sync()
    assert (len(report.added), len(report.unchanged), report.vanished) == (2, 2, ())


def disappear(place, site, write):
    """Adds two stories, of which one vanishes: what to add, how it vanishes, and what comes back."""
    if place == "file":
        path = write("b.txt", FAIR)
        return [write("a.txt", STORM).parent], path.unlink, lambda: write("b.txt", FAIR)
    if place == "file named":
        path = write("b.txt", FAIR)
        return [path, write("a.txt", STORM)], path.unlink, lambda: write("b.txt", FAIR)
    if place == "row":
        path = write("a.csv", csv_of("Orsk", "Vadum"))
        return [path], lambda: path.write_text(csv_of("Orsk")), lambda: path.write_text(csv_of("Orsk", "Vadum"))
    a, b = site.put("/a", story("One.")), site.put("/b", story("Two.", "Other ferry"))
    if place.isdigit():
        return (
            [a, b],
            lambda: site.put("/b", b"", status=int(place)),
            lambda: site.put("/b", story("Two.", "Other ferry")),
        )
    address = site.put("/map.xml", sitemap(a, b), content_type=XML)
    if place == "page of a sitemap":
        return [address], lambda: site.pages.pop("/b"), lambda: site.put("/b", story("Two.", "Other ferry"))
    return (
        [address],
        lambda: site.put("/map.xml", sitemap(a), content_type=XML),
        lambda: site.put("/map.xml", sitemap(a, b), content_type=XML),
    )


PLACES = ["file", "file named", "row", "404", "410", "sitemap", "page of a sitemap"]


@pytest.mark.parametrize("place", PLACES)
def test_vanished_articles_are_reported_and_stay_until_they_are_pruned(site, online, write, place):
    given, vanish, come_back = disappear(place, site, write)
    assert len(online.ingest(given).added) == 2
    vanish()
    for _ in range(2):
        report = online.sync()
        (gone,) = report.vanished
        assert (report.removed, report.failed, len(report.unchanged)) == ((), (), 1)
        article = online.article(gone)
        assert gone in {passage.article.id for passage in online.search(article.full_text[:100])}
    before = contents(online)
    dry = online.sync(prune=True, dry=True)
    assert contents(online) == before
    report = online.sync(prune=True)
    assert (report.removed, report.vanished, len(report.unchanged)) == ((gone,), (), 1)
    assert counts(dry) == counts(report)
    assert [found.id for found in online.articles()] == list(report.unchanged)
    assert online.collection.vectors.count() == online.collection.catalog.passage_count()
    assert online.sync().vanished == ()
    come_back()
    assert online.sync().added == (gone,)


def test_a_pruned_file_that_comes_back_unchanged_is_added_again(empty, write, tmp_path):
    path = write("b.txt", FAIR)
    empty.ingest([write("a.txt", STORM).parent])
    path.rename(tmp_path / "away.txt")
    assert len(empty.sync(prune=True).removed) == 1
    (tmp_path / "away.txt").rename(path)
    assert len(empty.sync().added) == 1


def test_what_a_feed_no_longer_lists_hasnt_vanished(site, online):
    addresses = [site.put(f"/{n}", story(f"Number {n}.", f"Ferry {n}")) for n in range(2)]
    full = item(f"{site.address}/2", full_text=LONG)
    online.ingest([site.put("/feed", feed(*map(item, addresses), full), content_type=RSS)])
    site.put("/feed", feed(), content_type=RSS)
    report = online.sync(prune=True)
    assert (report.vanished, report.removed, len(report.unchanged)) == ((), (), 3)


@pytest.mark.parametrize("path", ["/feed", "/map.xml"])
def test_a_feed_or_sitemap_that_is_gone_takes_nothing_with_it(site, online, path):
    address = site.put("/a", story("One."))
    site.put("/feed", feed(item(address), item(f"{site.address}/b", full_text=LONG)), content_type=RSS)
    site.put("/map.xml", sitemap(address), content_type=XML)
    online.ingest([site.address + path])
    del site.pages[path]
    report = online.sync(prune=True)
    assert (report.vanished, report.removed) == ((), ())
    assert [failure.source for failure in report.failed] == [site.address + path]


def test_a_page_that_is_gone_has_vanished_although_its_feed_is_unchanged(site, online):
    address = site.put("/a", story("One."))
    online.ingest([address, site.put("/feed", feed(item(address)), content_type=RSS)])
    del site.pages["/a"]
    assert len(online.sync().vanished) == 1


def test_an_article_of_two_sources_vanishes_only_with_both(empty, write):
    path = write("storm.txt", STORM)
    empty.ingest([path, path.parent, write("fair.txt", FAIR)])
    path.unlink()
    assert len(empty.sync().vanished) == 1
    write("storm.txt", STORM)
    assert empty.sync().vanished == ()


def test_a_dry_run_changes_nothing_and_reports_the_same(site, online, write):
    path = write("storm.txt", STORM)
    gone = write("gone.txt", FAIR)
    online.ingest([path.parent, site.put("/a", story("One."))])
    path.write_text(STORM.replace("roof", "chimney"))
    gone.unlink()
    write("new.txt", FAIR.replace("harbour", "river"))
    write("bad.txt", b"\0")
    before, vectors = contents(online), online.collection.vectors.count()
    dry = online.sync(dry=True)
    assert (contents(online), online.collection.vectors.count()) == (before, vectors)
    report = online.sync()
    assert counts(dry) == counts(report)
    assert [len(ids) for ids in (report.added, report.updated, report.unchanged, report.vanished, report.failed)] == [
        1
    ] * 5
    assert report.passages == 2


def test_a_dry_run_leaves_even_what_an_interrupted_one_left(empty, write):
    empty.ingest([write("storm.txt", STORM)])
    empty.collection.catalog.note_unpublished_passages(["left over"])
    empty.sync(dry=True)
    assert empty.collection.catalog.unwanted_passages() == ["left over"]
    empty.sync()
    assert empty.collection.catalog.unwanted_passages() == []


def test_sync_without_an_index_says_how_to_add_and_creates_none(empty):
    for dry in (False, True):
        with pytest.raises(CollectionError, match="onrecord add"):
            empty.sync(dry=dry)
    assert not empty.settings.index_dir.exists()


def test_a_server_that_is_away_loses_nothing(site, online):
    pages = [site.put(f"/{n}", story(f"Number {n}.", f"Ferry {n}")) for n in range(3)]
    feed_address = site.put("/feed", feed(item(pages[1])), content_type=RSS)
    online.ingest([pages[0], feed_address, site.put("/map.xml", sitemap(pages[2]), content_type=XML)])
    for path in list(site.pages):
        site.put(path, b"", status=500)
    report = online.sync(prune=True)
    assert (report.vanished, report.removed, len(report.failed)) == ((), (), 3)
    assert titles(online) == ["Ferry 0", "Ferry 1", "Ferry 2"]


def test_nothing_is_lost_by_a_page_that_becomes_another_thing(site, online):
    address = site.put("/a", story("One."))
    online.ingest([address])
    site.put("/a", b"<html><body><p>Log in</p></body></html>")
    report = online.sync(prune=True)
    assert (len(report.failed), report.removed, len(online.articles())) == (1, (), 1)
    site.put("/a", story("One."))
    assert len(online.sync().unchanged) == 1


def test_a_folder_that_is_missing_altogether_is_a_failure(empty, write, tmp_path):
    folder = write("a/storm.txt", STORM).parent
    write("a/b/fair.txt", FAIR)
    empty.ingest([folder])
    away = folder.rename(tmp_path / "away")
    report = empty.sync(prune=True)
    assert (report.vanished, report.removed, len(empty.articles())) == ((), (), 2)
    assert [failure.source for failure in report.failed] == [str(folder)]
    shutil.move(away, folder)
    assert len(empty.sync().unchanged) == 2


def test_a_file_on_a_disk_that_is_missing_is_a_failure(empty, write, tmp_path):
    path = write("a/storm.txt", STORM)
    empty.ingest([path])
    path.parent.rename(tmp_path / "away")
    report = empty.sync(prune=True)
    assert (report.vanished, report.removed, len(report.failed)) == ((), (), 1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_or_file_that_cant_be_read_loses_nothing(empty, write, mode):
    folder = write("a/b/fair.txt", FAIR).parent
    write("a/storm.txt", STORM)
    empty.ingest([folder.parent])
    folder.chmod(mode)
    try:
        report = empty.sync(prune=True)
    finally:
        folder.chmod(0o700)
    assert (report.removed, report.vanished, len(report.failed)) == ((), (), 1)


def test_a_file_whose_reading_fails_halfway_keeps_its_earlier_articles(empty, write):
    lines = [
        json.dumps({"id": n, "title": f"Story {n}", "text": f"The council met {n} times on Monday."}) for n in range(4)
    ]
    path = write("many.jsonl", "\n".join(lines) + "\n")
    empty.ingest([path])
    path.write_text("\n".join([lines[0], "{broken", lines[3]]) + "\n")
    for _ in range(2):
        report = empty.sync(prune=True)
        assert (report.removed, report.vanished, len(report.failed)) == ((), (), 1)
        assert len(empty.articles()) == 4
    path.write_text("\n".join([lines[0], lines[3]]) + "\n")
    assert len(empty.sync(prune=True).removed) == 2


@pytest.mark.parametrize("place", ["file", "row", "page", "feed"])
def test_a_removed_article_doesnt_come_back_by_sync_but_does_by_name(site, online, write, place):
    if place == "file":
        path = write("storm.txt", STORM)
        given, change = path.parent, lambda: path.write_text(STORM.replace("roof", "door"))
    elif place == "row":
        given = write("a.csv", csv_of("Orsk"))
        change = lambda: given.write_text(csv_of("Orsk", "Vadum").replace("bridge", "road"))  # noqa: E731
    elif place == "page":
        given, change = site.put("/a", story("One.")), lambda: site.put("/a", story("Two."))
    else:
        site.put("/a", story("One."))
        given = site.put("/feed", feed(item(f"{site.address}/a")), content_type=RSS)
        change = lambda: site.put("/feed", feed(item(f"{site.address}/a"), ""), content_type=RSS)  # noqa: E731
    (article,) = online.ingest([given]).added
    online.remove([article])
    assert article not in {found.id for found in online.articles()}
    assert article not in online.sync().added
    change()
    report = online.sync()
    assert article not in (*report.added, *report.vanished)
    assert article in online.ingest([given]).added
    change()
    report = online.sync(prune=True)
    assert article in {found.id for found in online.articles()}, "what was named is wanted again"
    assert report.removed == ()


def test_a_removed_article_is_read_anew_by_sync_once_it_is_wanted_again(empty, write):
    path = write("storm.txt", STORM)
    empty.ingest([path.parent])
    empty.remove([str(path)])
    empty.ingest([path])
    path.write_text(STORM.replace("roof", "chimney"))
    assert len(empty.sync(prune=True).updated) == 1


def test_an_interrupted_sync_is_continued_and_forgets_no_source(empty, write, monkeypatch):
    folder = write("0.txt", STORM).parent
    empty.ingest([folder])
    for number in range(1, 4):
        write(f"{number}.txt", f"Report {number}\n\nThe harbour had {number} ships in it on Tuesday.")
    monkeypatch.setattr("index.ingest.PASSAGES_AT_ONCE", 1)
    read = sources.SourceReader.read

    def interrupted(self, root):
        yield from islice(read(self, root), 5)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sources.SourceReader, "read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            empty.sync()
    assert len(empty.articles()) == 3
    report = empty.sync()
    assert (len(report.added), len(report.unchanged)) == (1, 3)
    (folder / "1.txt").unlink()
    assert len(empty.sync().vanished) == 1


def test_the_command_reports_what_vanished_and_prunes_on_request(empty, write, capsys, monkeypatch):
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")
    index = ["--index", str(empty.settings.index_dir)]
    path = write("storm.txt", STORM)
    write("fair.txt", FAIR)
    main(["add", str(path.parent), *index])
    assert main(["sync", *index]) == 0
    assert "Articles: 2 unchanged." in capsys.readouterr().out
    path.unlink()
    assert main(["sync", "--prune", "--dry-run", *index]) == 0
    assert (
        "Dry run, nothing was changed. Without --dry-run: Articles: 1 unchanged, 1 removed." in capsys.readouterr().out
    )
    assert main(["sync", *index]) == 0
    output = capsys.readouterr()
    assert "Articles: 1 unchanged, 1 vanished." in output.out
    assert "Storm takes the mill" in output.err
    assert main(["sync", "--prune", *index, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["removed"]) == 1


def test_a_source_that_is_forgotten_is_read_no_more_and_its_articles_stay(empty, write, capsys):
    path = write("storm.txt", STORM)
    empty.ingest([path])
    options = ["--index", str(empty.settings.index_dir)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONRECORD_EMBEDDING_MODEL", "words")
        assert main(["sync", "--forget", str(path), *options]) == 0
        assert main(["sync", "--forget", str(path), *options]) == 1
    assert "isn't a known source. There is none." in capsys.readouterr().err
    path.unlink()
    assert empty.sync().vanished == ()
    assert len(empty.articles()) == 1
