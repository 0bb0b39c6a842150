"""Takes a question apart that asks two things, or that compares two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.remarks.parser import Parser

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_COMPARING = frozenset("compare comparison differ difference versus vs vs.".split())
_ASKING = ("WP", "WP$", "WRB", "WDT")
_PRONOUNS = frozenset("it he she they this that".split())


def single_questions(question: str, parser: Parser | None) -> tuple[str, ...]:
    """Return the questions that one question is made of, or the sides that it compares; else the question alone.

    "When did it end and what did it cost?" are two questions. "Is the ferry cheaper in May or in June?" has two sides:
    "Is the ferry cheaper in May?", and the same in June.
    """
    if parser is None:
        return (question,)
    (doc,) = parser.parse([question])
    return _joined_questions(doc) or _sides(doc) or (question,)


def _joined_questions(doc: Doc) -> tuple[str, ...]:
    """Return the two questions that "and" or a question mark joins, each with a question word of its own."""
    for word in doc:
        start = word.i - int(word.i > 0 and doc[word.i - 1].pos_ == "ADP")  # "and in which year"
        if word.tag_ in _ASKING and start > 1 and doc[start - 1].lower_ in ("and", "?", ";", ","):
            first, second = doc[: start - 1], doc[start:]
            if _is_question(first) and _is_question(second):
                return _question(first.text), _question(_with_subject(second, first))
    return ()


def _is_question(part: Span) -> bool:
    """Return True if a question word is the subject of a verb, or a helping verb stands before the subject."""
    subjects = [token for token in part if token.dep_ in ("nsubj", "nsubjpass")]
    verbs = [token for token in part if token.pos_ in ("VERB", "AUX")]
    asks = any(token.tag_ in _ASKING for token in part)
    first = subjects[0] if subjects else None
    is_asked_for = first is not None and any(token.tag_ in _ASKING for token in (first, *first.children))
    is_inverted = bool(verbs) and (first is None or verbs[0].i < first.i)
    return asks and bool(verbs) and (is_asked_for or is_inverted)


def _with_subject(second: Span, first: Span) -> str:
    """Return the second question with the first one's subject for its pronoun."""
    subject = next((t for t in first if t.dep_ in ("nsubj", "nsubjpass") and t.pos_ in ("NOUN", "PROPN")), None)
    pronoun = next((t for t in second if t.dep_ in ("nsubj", "nsubjpass") and t.lower_ in _PRONOUNS), None)
    if subject is None or pronoun is None:
        return second.text
    doc, noun = pronoun.doc, subject.doc[subject.left_edge.i : subject.right_edge.i + 1].text
    parts = [doc[second.start : pronoun.i].text, noun, doc[pronoun.i + 1 : second.end].text]
    return " ".join(filter(None, parts))


def _sides(doc: Doc) -> tuple[str, ...]:
    """Return the question once with each of the two things that it compares."""
    compares = any(token.tag_ in ("JJR", "RBR") or token.lemma_.lower() in _COMPARING for token in doc)
    for token in doc:
        joiner = next((child for child in token.children if child.dep_ == "cc"), None)
        other = next((child for child in token.children if child.dep_ == "conj" and child.i > token.i), None)
        if joiner is None or other is None or token.pos_ not in ("NOUN", "PROPN", "ADP", "NUM"):
            continue
        is_choice = joiner.lower_ == "or" and (doc[0].pos_ == "AUX" or doc[token.left_edge.i - 1].text == ",")
        if not (compares or is_choice):
            continue
        start, end = token.left_edge.i, other.right_edge.i + 1
        return tuple(
            _question(" ".join([doc[:start].text, side.text, doc[end:].text]))
            for side in (doc[start : joiner.i], doc[joiner.i + 1 : end])
        )
    return ()


def _question(text: str) -> str:
    plain = " ".join(text.split()).strip(" ,;?.")
    return f"{plain[:1].upper()}{plain[1:]}?"
