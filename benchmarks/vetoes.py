"""Measures how often the right sentence is barred from answering: `python -m benchmarks.vetoes --data DIR`.

A sentence is barred where somebody else speaks than the question asks about, and where it is of another year. The
questions are all of QAMR's on Wikinews; each is asked of its own sentence.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.answering.candidates import candidates
from assistant.answering.question import parse_question
from assistant.answering.scoring import is_of_year
from assistant.answering.speech_evidence import SpeechEvidence
from assistant.search.speech_question import SpeechQuestion, speech_question
from benchmarks.checker import share
from index.article import Article, FoundRemark, Passage, Sentence
from index.remarks.article_remarks import find_remarks
from index.remarks.parser import Parser
from index.storage.remark_table import RemarkRow
from training.reading.sets import rows


def main() -> None:
    """Print the share of right sentences that are barred."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds `reading/`")
    parser.add_argument("--show", action="store_true", help="print each question whose sentence is barred")
    given = parser.parse_args()
    barred = list(barred_questions(asked_on_wikinews(given.data / "reading")))
    if given.show:
        for question, sentence, is_barred in barred:
            if is_barred:
                print(f"{question}\n    {sentence}")
    print(f"right sentences barred: {share(sum(is_barred for _, _, is_barred in barred), len(barred))}")


def asked_on_wikinews(folder: Path) -> list[tuple[str, str]]:
    """Return QAMR's questions on Wikinews, each with the sentence that answers it."""
    return [
        (row["question"].strip(), row["context"].strip())
        for row in rows(folder, "qamr_devtest")
        if row["id"].split(":")[1] == "wikinews"
    ]


def barred_questions(asked: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
    """Yield each question with its sentence, and whether the sentence may not answer it."""
    parser = Parser()
    texts = list(dict.fromkeys(sentence for _, sentence in asked))
    whole = [("", text, (Sentence(0, len(text), 0, 0),)) for text in texts]
    remarks = dict(zip(texts, find_remarks(whole, parser), strict=True))
    for question, sentence in asked:
        speech = speech_question(question, parser)
        yield question, sentence, _is_barred(question, speech, sentence, remarks[sentence])


def _is_barred(question: str, speech: SpeechQuestion | None, text: str, remarks: Sequence[FoundRemark]) -> bool:
    sentence = Sentence(0, len(text), 0, 0)
    (candidate,) = candidates([Passage("", Article("", "", "", text), 0, len(text), (sentence,))])
    if not is_of_year(parse_question(question, frozenset()), candidate):
        return True
    return speech is not None and SpeechEvidence(
        speech, (RemarkRow(0, "", "", None, each) for each in remarks), frozenset()
    ).bars(candidate)


if __name__ == "__main__":
    main()
