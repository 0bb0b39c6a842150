"""The reading model that ships: offsets, windows, parts, and what it can't be made to do."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.models.pair_model import MODELS
from assistant.models.reading_model import Reader
from tests.conftest import ROOT

PASSAGES = [
    "The Lady Brenna, a passenger ferry, struck Gannet Rock on Monday evening. Nine people died.",
    "Rovers beat Harbour Town 2-1 in the Cup final. Dessa Quillan scored both goals for the winners.",
    "Foreign Minister Boris Adler denied that his ministry had broken the rules. The union said it had no proof.",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("question", "number", "answer"),
    [
        ("What did the ferry strike?", 0, "Gannet Rock"),
        ("How many people died?", 0, "Nine"),
        ("Who scored both goals?", 1, "Dessa Quillan"),
        ("What did Adler deny?", 2, "his ministry had broken the rules"),
    ],
)
def test_the_passage_that_answers_is_read_right_and_scores_highest(reader, question, number, answer):
    readings = reader.read(question, PASSAGES)
    assert answer in readings[number].text
    assert max(readings, key=lambda reading: reading.score) == readings[number]


def test_a_reading_is_a_slice_of_its_passage_with_a_score_between_0_and_1(reader):
    passages = [*PASSAGES, "Žižek’s naïve café — “über” 🌍 opened on Tuesday.", "\u200b\x00 \ud83c\udf0d", "x" * 5_000]
    for question in ("Who opened what?", "?", "🌍" * 50, "why " * 300):
        for passage, reading in zip(passages, reader.read(question, passages), strict=True):
            assert reading.text == passage[reading.start : reading.end]
            assert 0 <= reading.score <= 1


def test_nothing_to_read_is_no_error(reader):
    assert reader.read("Who?", []) == []
    (reading,) = reader.read("Who?", [""])
    assert (reading.text, reading.score) == ("", 0)


def test_a_long_passage_is_read_to_its_end(reader):
    filler = " ".join(f"Stall number {number} sold bread and cheese to the visitors." for number in range(150))
    passage = f"{filler} Dessa Quillan scored both goals. {filler}"
    (reading,) = reader.read("Who scored both goals?", [passage])
    assert reading.text == "Dessa Quillan"
    assert len(reader.windows("Who scored both goals?", passage)) > 5


def test_a_part_is_read_within_its_bounds(reader):
    passage = PASSAGES[0]
    cut = passage.index("Nine")
    ((first, second),) = reader.read_parts("How many people died?", [passage], [[(0, cut), (cut, len(passage))]])
    assert first.end <= cut <= second.start
    assert second.text.startswith("Nine")
    assert second.score > first.score


def test_many_threads_may_share_a_reader(reader):
    alone = reader.read("Who scored both goals?", PASSAGES)
    with ThreadPoolExecutor(8) as pool:
        assert all(
            each == alone for each in pool.map(lambda _: reader.read("Who scored both goals?", PASSAGES), range(24))
        )


def test_reading_needs_no_torch():
    code = (
        "import sys; from assistant.models.reading_model import Reader; "
        "Reader().read('Who?', ['Ann.']); exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_each_model_is_at_most_40_megabytes():
    assert all(path.stat().st_size < 40_000_000 for path in MODELS.glob("*.onnx"))


def test_a_passage_that_answers_is_more_relevant_than_others_and_is_read_once(reader):
    odds = reader.relevance("Who scored both goals?", PASSAGES, ["Ferry", "Cup", "Ministry"])
    assert max(odds) == odds[1]
    before = reader._read.cache_info().misses
    reader.read_parts("Who scored both goals?", PASSAGES, [[(0, 10)]] * 3, ["Ferry", "Cup", "Ministry"])
    assert reader._read.cache_info().misses == before


@pytest.mark.parametrize("question", ["And why? " * 200, "¿?" * 500, "中" * 1000, "", "   ", "a" * 5000, "\ud800" * 9])
def test_a_question_of_any_length_leaves_room_for_the_passage(reader, question):
    (reading,) = reader.read(question, ["The mill was sold to Anna Weber in 1901. " * 60])
    assert reading.text
