"""Gathers sentences of news and encyclopedias with their neighbours, and parses them once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from spacy.tokens import Doc, DocBin

from index.text.sentences import sentence_spans
from training.parsing import parser
from training.reading.sets import qamr, rows, squad, wiki
from training.support.editing import is_plain
from training.support.entailment import detokenised, entailment, is_test, letters

SENTENCE_SETS = ("qanom", "qadiscourse", "qasrl_gs")
PREMISE_SETS = ("fever_docnli", "fever_dev_rte", "fever_symmetric", "semiauto_wiki", "wice_oracle")
SHORTEST, LONGEST = 30, 260
"""Characters of a sentence."""

_ATTRIBUTES = ["ORTH", "TAG", "POS", "LEMMA", "MORPH", "DEP", "HEAD", "ENT_IOB", "ENT_TYPE", "SENT_START", "SPACY"]


@dataclass(frozen=True, slots=True)
class TrueSentence:
    """A sentence with the sentence before and after it, if known, and its article's title."""

    text: str
    before: str = ""
    after: str = ""
    title: str = ""


def true_sentences(folder: Path, part: str) -> Iterator[TrueSentence]:
    """Yield each sentence of the part "train" or "test" once, none of QAMR's or a test set's kept parts."""
    kept_out = {letters(each.context) for name in ("test", "dev") for each in qamr(folder / "reading", name)}
    seen = set(kept_out)
    for sentence in chain(_of_passages(folder), _of_sentence_sets(folder), _of_premises(folder)):
        key = letters(sentence.text)
        if key in seen or not SHORTEST <= len(sentence.text) <= LONGEST or not _looks_whole(sentence.text):
            continue
        seen.add(key)
        if is_test(sentence.title or sentence.text) == (part == "test"):
            yield sentence


def parsed(sentences: Iterable[TrueSentence], path: Path) -> list[Doc]:
    """Return the parses of the plain statements among the sentences, read from `path` if they were stored there.

    The neighbours and the title of a sentence stand in its `user_data` as "before", "after" and "title".
    """
    nlp = parser()
    if not path.is_file():
        bin_ = DocBin(_ATTRIBUTES, store_user_data=True)
        pairs = ((sentence.text, sentence) for sentence in sentences)
        for doc, sentence in nlp.pipe(pairs, as_tuples=True, batch_size=128):
            if is_plain(doc):
                doc.user_data = {"before": sentence.before, "after": sentence.after, "title": sentence.title}
                bin_.add(doc)
        path.parent.mkdir(parents=True, exist_ok=True)
        bin_.to_disk(path)
    return list(DocBin().from_disk(path).get_docs(nlp.vocab))


def _of_passages(folder: Path) -> Iterator[TrueSentence]:
    examples = [*wiki(folder / "reading", "train"), *squad(folder / "reading", "train")]
    titles = {each.context: each.title.replace("_", " ") for each in examples}
    for context, title in titles.items():
        yield from _neighbours([context[a:b] for a, b in sentence_spans(context.replace("\n", " "))], title)


def _of_sentence_sets(folder: Path) -> Iterator[TrueSentence]:
    contexts = [each.context for each in qamr(folder / "reading", "train")]
    contexts += [row["context"] for name in SENTENCE_SETS for row in rows(folder / "reading", name)]
    return (TrueSentence(detokenised(context)) for context in dict.fromkeys(contexts))


def _of_premises(folder: Path) -> Iterator[TrueSentence]:
    """Yield the sentences of premises; FEVER's begin with the article's title: "Tina Fey. She wrote ..."."""
    for name in PREMISE_SETS:
        for premise in dict.fromkeys(pair.premise for pair in entailment(folder / "entailment", name, "train")):
            sentences = [premise[a:b] for a, b in sentence_spans(premise)]
            title = sentences[0].rstrip(".") if name == "fever_docnli" and len(sentences[0]) < 30 else ""
            yield from _neighbours(sentences[1:] if title else sentences, title)


def _neighbours(sentences: list[str], title: str) -> Iterator[TrueSentence]:
    around = ["", *(sentence if len(sentence) <= LONGEST else "" for sentence in sentences), ""]
    for at, sentence in enumerate(sentences):
        yield TrueSentence(sentence, around[at], around[at + 2], title)


def _looks_whole(text: str) -> bool:
    return bool(re.match(r"[\"“]?[A-Z]", text)) and text[-1] in '.”"' and "==" not in text and " # " not in text
