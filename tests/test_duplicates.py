"""Copies of a story are distinguished from other stories."""

import hashlib
import time

import pytest

from index.ingest import demo_folder
from index.readers.formats import READERS, read_file
from index.text.near_duplicates import CHARACTERS, SHORT, band_keys, same_story_as, signature

ARTICLES = {path.name: read_file(path)[0].full_text for path in demo_folder().iterdir() if path.suffix in READERS}
WIRE = ARTICLES["2024-03-05-opa-ferry-skerrin.md"]
COPIES_OF_WIRE = [
    "2024-03-05-coastline-skerrin-ferry-disaster.html",
    "2024-03-05-gazette-twelve-die-ferry.md",
    "2024-03-05-mercury-lady-brenna-gannet-rock.md",
]
OTHER = ARTICLES["2024-03-26-gazette-ferry-preliminary-report.md"]
LOCAL = (
    "Residents of Upper Orsk lit candles outside the chapel on Tuesday night, where the choir sang until midnight and "
    "the mayor read out a letter from the twin town."
)


def found(text: str, other: str) -> bool:
    """Whether the one would be found as a copy of the other, and the other way round."""
    one, two = signature(text), signature(other)
    sharing = not set(band_keys(one)).isdisjoint(band_keys(two))
    assert same_story_as(text)(other) == same_story_as(other)(text)
    return sharing and same_story_as(text)(other)


def first(text: str, share: float) -> str:
    words = text.split(" ")
    return " ".join(words[: round(share * len(words))])


@pytest.mark.parametrize("name", COPIES_OF_WIRE)
def test_what_papers_made_of_a_wire_story_is_found(name):
    assert found(WIRE, ARTICLES[name])


@pytest.mark.parametrize("name", sorted(ARTICLES.keys() - {*COPIES_OF_WIRE, "2024-03-05-opa-ferry-skerrin.md"}))
def test_other_articles_on_the_ferry_and_the_country_are_not_found(name):
    assert not found(WIRE, ARTICLES[name])


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(WIRE, id="the same"),
        pytest.param(WIRE.upper(), id="in capitals"),
        pytest.param(WIRE.replace('"', "”").replace("'", "’").replace("-", "–"), id="with other quotation marks"),
        pytest.param("  ".join(WIRE.split()), id="with other spaces"),
        pytest.param(WIRE.replace("DUNMARROW, March 5 (OPA) — ", "SKERRIN — "), id="from elsewhere"),
        pytest.param(first(WIRE, 0.4), id="trimmed at the end to 40%"),
        pytest.param(" ".join(WIRE.split("\n\n")[5:]), id="without its first half"),
        pytest.param("\n\n".join(WIRE.split("\n\n")[::2]), id="without every other paragraph"),
        pytest.param(f"{LOCAL}\n\n{WIRE}\n\nFrom our correspondents.", id="with a local paragraph and a credit"),
        pytest.param(WIRE.replace("12", "14").replace("31", "35").replace("said", "stated"), id="with other numbers"),
        pytest.param(f"{LOCAL} {first(WIRE.replace('said', 'stated'), 0.5)}", id="with all of that"),
    ],
)
def test_a_copy_is_found(copy):
    assert found(WIRE, copy)


def test_two_stories_with_the_same_quotations_are_two():
    quotations = " ".join(WIRE.split("\n\n")[2:4])
    assert 0.2 < len(quotations) / len(WIRE) < 0.3
    assert not found(WIRE, first(OTHER, 0.75) + quotations)


def test_two_stories_with_the_same_notice_below_are_two():
    assert not found(f"{WIRE} {LOCAL}", f"{OTHER} {LOCAL}")


def test_a_rewritten_update_is_another_story():
    assert not found(WIRE, OTHER + " ".join(WIRE.split("\n\n")[-4:]))


def test_a_round_up_is_no_copy_of_each_story_in_it():
    stories = [text for name, text in ARTICLES.items() if name not in COPIES_OF_WIRE]
    assert not found(WIRE, " ".join(stories))


def test_a_short_text_is_found_where_all_its_words_are_the_same():
    short = first(LOCAL, 1)
    assert len(short.split()) < SHORT
    assert found(short, short.upper().replace(",", " –"))
    assert not found(short, short.replace("midnight", "one"))
    assert not found(short, f"{short} {WIRE}")


def test_texts_without_words_are_copies_of_nothing():
    for text in ["", " \n", "… — !", "\ud800"]:
        assert band_keys(signature(text)) == []
        assert not same_story_as(text)(text)


def test_in_a_script_without_spaces_every_character_is_a_word():
    article = "".join(chr(0x4E00 + (number * number * 7) % 3001) for number in range(600))
    other = "".join(chr(0x4E00 + (number * number * 11) % 2999) for number in range(600))
    assert found(article, "北京，三月五日。" + article[:300])
    assert not found(article, other)


def test_a_signature_is_the_same_on_every_machine_and_small():
    made = signature(" ".join(f"word{number}" for number in range(300)))
    assert len(made) == 513
    assert hashlib.sha256(made).hexdigest()[:16] == "50d492d1c4d3401f"
    assert signature("One, two — THREE!").hex() == "0164f5901153c23b37"


def test_keys_fit_a_databases_integers():
    keys = band_keys(signature(WIRE))
    assert len(keys) == 64
    assert all(-(2**63) <= key < 2**63 for key in keys)


def test_another_versions_signature_is_refused():
    for foreign in [b"", b"\x00" + signature(WIRE)[1:]]:
        with pytest.raises(ValueError, match="make it anew"):
            band_keys(foreign)


@pytest.mark.parametrize("piece", ["spam ", ".,-! ", "a", "北京", "\ufdfa", "e\u0301 ", "\0", "1 2 3 4 ", "\ud800x "])
def test_a_huge_text_takes_no_longer_than_a_large_one(piece):
    text = piece * (20_000_000 // len(piece))
    began = time.perf_counter()
    band_keys(signature(text))
    same_story_as(text)(WIRE)
    assert time.perf_counter() - began < 3


def test_what_comes_late_in_a_huge_text_is_not_looked_at():
    assert signature("spam " * CHARACTERS) == signature("spam " * CHARACTERS + WIRE)
