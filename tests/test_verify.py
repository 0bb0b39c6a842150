"""Answers that were kept are checked again, after their articles have changed."""

import io
import json
import sys
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import Assistant
from assistant.checking.verification import MOST_BYTES, MOST_QUOTATIONS, read_document
from assistant.cli import main
from index.errors import DocumentError, OnrecordError
from tests.conftest import words_settings

QUOTE = "The mayor of Larkstead denied that the bridge was unsafe."
BEFORE = f"{QUOTE} He said it had been inspected in March.\n\nThe bridge was closed for two days.\n"
HEADLINE = "Larkstead bridge is closed\n\n"


@pytest.fixture
def told(empty, write):
    """An assistant with one article, its file, and the document of an answer from it."""
    path = write("bridge.txt", HEADLINE + BEFORE)
    empty.ingest([path])
    document = json.loads(json.dumps(empty.ask("What did the mayor of Larkstead deny?").to_dict()))
    assert [citation["quote"] for citation in document["citations"]] == [QUOTE]
    return SimpleNamespace(assistant=empty, path=path, document=document)


def changed(told, text):
    told.path.write_text(HEADLINE + text)
    assert told.assistant.ingest([told.path]).updated
    return check(told)


def check(told, **given):
    verification = told.assistant.verify(told.document | given)
    (only,) = verification.checks
    assert verification.stands == (only.start is not None)
    return only


def test_a_quotation_stands_as_quoted_while_its_article_is_as_it_was(told):
    found = check(told)
    assert (found.status, found.edited, found.quote) == ("as quoted", False, QUOTE)
    assert told.assistant.article(found.article).full_text[found.start : found.end] == QUOTE


def test_a_change_elsewhere_leaves_it_as_quoted_and_is_told(told):
    found = changed(told, BEFORE + "\nIt was opened again on Friday.\n")
    assert (found.status, found.edited) == ("as quoted", True)


def test_a_quotation_that_stands_elsewhere_has_moved(told):
    found = changed(told, "Update: the bridge is open again, the town says.\n\n" + BEFORE)
    assert found.status == "moved"
    assert told.assistant.article(found.article).full_text[found.start : found.end] == QUOTE
    assert found.start != told.document["citations"][0]["start"]


def test_of_several_places_that_nearest_to_the_old_one_is_told(told):
    filling = "Nothing else is known of it for now. " * 30
    found = changed(told, f"Corrected. {QUOTE} {filling}{QUOTE} The bridge is open.")
    assert found.start == len("Corrected. ")


def test_a_quotation_that_only_an_older_version_has_was_changed(told):
    read = told.assistant.articles()[0].fetched
    found = changed(told, BEFORE.replace("denied", "admitted"))
    assert (found.status, found.start, found.version) == ("changed", None, read)
    changed(told, "The bridge in Larkstead is open, and nobody says any more that it was unsafe.")
    assert check(told).status == "changed"


def test_words_that_no_version_has_are_missing(told):
    """Somebody has altered the document."""
    (citation,) = told.document["citations"]
    forged = citation | {"quote": QUOTE.replace("unsafe", "UNSAFE")}
    assert check(told, citations=[forged], sentences=[]).status == "missing"


def test_quotations_of_sentences_are_checked_as_those_listed_are(told):
    forged = told.document["citations"][0] | {"quote": QUOTE.replace("denied", "DENIED")}
    sentences = [{"text": "x", "citations": [forged]}]
    checks = told.assistant.verify(told.document | {"sentences": sentences}).checks
    assert [found.status for found in checks] == ["as quoted", "missing"]


def test_an_article_that_was_removed_is_gone(told, write):
    told.assistant.ingest([write("other.txt", "Rain is expected in Larkstead on Monday, the weather office said.")])
    told.assistant.remove([told.document["citations"][0]["article"]["id"]])
    assert check(told).status == "gone"


def test_an_article_that_came_back_from_elsewhere_is_known_by_its_url(empty, write):
    front = f"---\ntitle: The bridge\nurl: https://gazette.example/bridge\n---\n\n{BEFORE}"
    first, second = write("first.md", front), write("second.md", front)
    empty.ingest([first])
    document = empty.ask("What did the mayor of Larkstead deny?").to_dict()
    empty.remove([str(first)])
    empty.ingest([second])
    (found,) = empty.verify(document).checks
    assert found.status == "as quoted"
    assert found.article != document["citations"][0]["article"]["id"]


def test_a_refusal_quotes_nothing_and_stands(told):
    verification = told.assistant.verify(told.assistant.ask("How many troops are stationed there?").to_dict())
    assert verification.checks == ()
    assert verification.stands


def test_a_document_of_before_digests_were_kept_is_checked_too(told):
    citation = told.document["citations"][0]
    bare = {name: citation[name] for name in ("number", "quote", "start", "end")}
    found = check(told, citations=[bare | {"article": {"id": citation["article"]["id"]}}], sentences=[])
    assert (found.status, found.edited) == ("as quoted", None)


def with_citation(**changes):
    citation = {"number": 1, "quote": "abc", "start": 0, "end": 3, "article": {"id": "x"}} | changes
    return {"citations": [citation]}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (None, "should be an object"),
        ([], "should be an object"),
        ("text", "should be an object"),
        ({}, "citations: Field required"),
        ({"error": "The question is empty."}, "citations: Field required"),
        ({"citations": "abc"}, "citations"),
        ({"citations": {"0": 1}}, "citations"),
        ({"citations": [1]}, "citations.0: Input should be an object"),
        (with_citation(start=-1), "citations.0.start: Input should be greater than or equal to 0"),
        (with_citation(start=-3, end=0), "citations.0.start"),
        (with_citation(start="0"), "citations.0.start: Input should be a valid integer"),
        (with_citation(start=0.5), "citations.0.start"),
        (with_citation(start=True), "citations.0.start"),
        (with_citation(start=float("nan")), "citations.0.start"),
        (with_citation(start=10**400, end=10**400 + 3), "citations.0.start"),
        (with_citation(end=4), "citations.0: Its offsets don't match its length"),
        (with_citation(quote="", end=0), "citations.0.quote"),
        (with_citation(quote="\ud800bc"), "citations.0.quote"),
        (with_citation(quote=["abc"]), "citations.0.quote"),
        (with_citation(article=None), "citations.0.article"),
        (with_citation(article={"id": 5}), "citations.0.article.id"),
        ({"citations": with_citation()["citations"] * (MOST_QUOTATIONS + 1)}, f"at most {MOST_QUOTATIONS} items"),
        ({"citations": [], "sentences": [{"citations": None}]}, "sentences.0.citations"),
    ],
)
def test_a_document_that_is_none_is_told_in_a_line(demo, document, says):
    with pytest.raises(DocumentError) as problem:
        demo.verify(document)
    assert says in str(problem.value)
    assert "\n" not in str(problem.value)
    assert len(str(problem.value)) < 300


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(field=st.sampled_from(["number", "quote", "start", "end", "article"]), value=anything)
def test_whatever_stands_in_a_field_the_quotation_is_gone_or_the_document_refused(demo, field, value):
    with suppress(DocumentError):
        (found,) = demo.verify(with_citation(**{field: value})).checks
        assert found.status == "gone"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"event: answer\ndata: {}\n\n", "is not JSON"),
        (b'{"citations": [', "is not JSON"),
        (b'{"citations": [], "usage": NaN}', "is not JSON"),
        (b'{"text": "\\ud800"}', "is not JSON"),
        (b"[" * 1_000_000, "is not JSON"),
        (b'{"a":' * 500_000, "is not JSON"),
        (b" " * (MOST_BYTES + 1), "more than 5,000,000 bytes"),
    ],
)
def test_a_damaged_or_hostile_file_is_told_in_a_line(tmp_path, data, says):
    path = tmp_path / "answer.json"
    path.write_bytes(data)
    with pytest.raises(OnrecordError) as problem:
        read_document(str(path))
    assert says in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.fixture
def run(told, monkeypatch, capsys):
    """Runs `onrecord verify`: `(exit code, stdout, stderr)`."""
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")
    monkeypatch.setenv("ONRECORD_INDEX_DIR", str(told.assistant.settings.index_dir))

    def run(*arguments, given=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = main(["verify", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


def test_the_command_says_a_line_for_each_quotation_and_whether_all_stand(run, told, tmp_path):
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(told.document))
    assert run(path) == (0, f"[1] as quoted: “{QUOTE}” (Larkstead bridge is closed)\n", "")
    changed(told, BEFORE.replace("denied", "admitted"))
    code, out, err = run(path)
    assert (code, err) == (1, "")
    assert out.startswith("[1] changed, only an older version of the article has it, fetched 20")
    assert out.count("\n") == 1


def test_the_command_reads_standard_input_and_prints_json(run, told):
    code, out, _ = run("-", "--json", given=json.dumps(told.document).encode())
    assert code == 0
    printed = json.loads(out)
    assert printed["stands"] is True
    assert [(each["status"], each["quote"], each["version"]) for each in printed["quotations"]] == [
        ("as quoted", QUOTE, None)
    ]


def test_the_command_writes_nothing_of_a_document_that_a_terminal_would_obey(run, told):
    citation = {"number": 1, "quote": "a\x1b[2J\nb", "start": 0, "end": 7, "article": {"id": "x", "title": "\x1b]0;t"}}
    code, out, _ = run("-", given=json.dumps({"citations": [citation]}).encode())
    assert code == 1
    assert out == "[1] gone, its article is no longer in the collection: “a[2J b” (]0;t)\n"


@pytest.mark.parametrize(("name", "says"), [("nowhere.json", "can't be read"), (".", "can't be read"), ("-", "JSON")])
def test_a_file_that_cant_be_read_is_one_line_and_exit_code_1(run, name, says):
    code, out, err = run(name)
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1


def test_an_index_without_articles_is_one_line(tmp_path, write):
    with pytest.raises(OnrecordError, match="There are no articles"):
        Assistant(words_settings(tmp_path / "none")).verify({"citations": []})
