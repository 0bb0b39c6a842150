"""Takes a question apart that asks two things, or that compares two."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from assistant.answering.question import ASKING
from index.remarks.parser import Parser

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_COMPARING = frozenset("compare comparison differ difference versus".split())
_AGAINST = frozenset("vs vs. versus v".split())
_PRONOUNS = frozenset("it he she they this that its his her their".split())
_SUBJECTS = ("nsubj", "nsubjpass")


def single_questions(question: str, parser: Parser | None) -> tuple[str, ...]:
    """Return the questions that one question is made of, or the sides that it compares; else the question alone.

    "When did it end and what did it cost?" are two questions. "Is the ferry cheaper in May or in June?" has two sides:
    "Is the ferry cheaper in May?", and the same in June.
    """
    if parser is None:
        return (question,)
    doc = parser.parse_one(question)
    return _joined_words(doc) or _joined_questions(doc, parser) or _sides(doc) or (question,)


def _joined_words(doc: Doc) -> tuple[str, ...]:
    """Return the questions of "Where and when did it end?" and "When did it end, and why?"."""
    plain = [token for token in doc if not token.is_punct]
    if len(plain) < 5:
        return ()
    if plain[1].lower_ == "and" and plain[0].tag_ in ASKING and plain[2].tag_ in ASKING:
        return tuple(_question(f"{each.text} {doc[plain[3].i :].text}") for each in (plain[0], plain[2]))
    helper = next((token for token in plain[:2] if token.pos_ == "AUX"), None)
    if helper is None or plain[-1].tag_ != "WRB" or plain[-2].lower_ != "and":
        return ()
    if plain[0] != helper and plain[0].tag_ != "WRB":  # "What did they reject and why?"
        return ()
    first, clause = doc[: plain[-2].i].text, doc[helper.i : plain[-2].i].text
    return _question(first), _question(f"{plain[-1].text} {clause[:1].lower()}{clause[1:]}")


def _joined_questions(doc: Doc, parser: Parser) -> tuple[str, ...]:
    """Return the two questions that "and" or a question mark joins, each with a question word of its own."""
    for word in doc:
        start = word.i - int(word.i > 0 and doc[word.i - 1].pos_ == "ADP")  # "and in which year"
        if word.tag_ in ASKING and start > 1 and doc[start - 1].lower_ in ("and", "?", ";", ","):
            first, second = (parser.parse_one(_question(part.text)) for part in (doc[: start - 1], doc[start:]))
            if _is_question(first) and _is_question(second):
                return _question(first.text), _question(_with_subject(second, first))
    return ()


def _is_question(doc: Doc) -> bool:
    """Return True if a question word belongs to the subject, or a helping verb stands before the subject."""
    subject = next((token for token in doc if token.dep_ in _SUBJECTS), None)
    verb = next((token for token in doc if token.pos_ in ("VERB", "AUX")), None)
    asks = any(token.tag_ in ASKING for token in doc)
    is_asked_for = subject is not None and any(token.tag_ in ASKING for token in subject.subtree)
    return asks and verb is not None and (is_asked_for or subject is None or verb.i < subject.i)


def _with_subject(second: Doc, first: Doc) -> str:
    """Return the second question with the first one's subject for its pronoun, also for that of an owner."""
    subject = _subject(first)
    pronoun = next((t for t in second if t.dep_ in (*_SUBJECTS, "poss") and t.lower_ in _PRONOUNS), None)
    if not subject or pronoun is None:
        return second.text
    noun = subject + ("’s" if pronoun.dep_ == "poss" else "")
    return " ".join(filter(None, (second[: pronoun.i].text, noun, second[pronoun.i + 1 :].text)))


def _subject(doc: Doc) -> str:
    """Return the phrase that a question is about, empty if there is none."""
    subjects = (token for token in doc if token.dep_ in _SUBJECTS and token.pos_ in ("NOUN", "PROPN"))
    if subject := next((each for each in subjects if not any(t.tag_ in ASKING for t in each.subtree)), None):
        return _phrase(subject)
    # The parser takes the verb of "when did the strike end?" for a noun.
    helper = next((token.i for token in doc if token.pos_ == "AUX"), len(doc))
    nouns = takewhile(lambda token: token.pos_ in ("DET", "ADJ", "NOUN", "PROPN", "NUM"), doc[helper + 1 :])
    return " ".join(token.text for token in [*nouns][:-1])


def _sides(doc: Doc) -> tuple[str, ...]:
    """Return the question once with each of the two things that it compares."""
    opposed = next((token.i for token in doc[1:-1] if token.lower_ in _AGAINST), None)
    if opposed and sum(not token.is_punct for token in doc) > 3:  # "Rovik v Brannock" is a match
        return tuple(map(_question, _opposed(doc[:opposed], doc[opposed + 1 :])))
    compares = any(token.tag_ in ("JJR", "RBR") or token.lemma_.lower() in _COMPARING for token in doc)
    for token in doc:
        joiner = next((child for child in token.children if child.dep_ == "cc"), None)
        other = next((child for child in token.children if child.dep_ == "conj" and child.i > token.i), None)
        if joiner is None or other is None or token.pos_ not in ("NOUN", "PROPN", "ADP", "NUM", "ADJ"):
            continue
        is_choice = joiner.lower_ == "or" and (doc[0].pos_ == "AUX" or doc[token.left_edge.i - 1].text == ",")
        start, end = token.left_edge.i, other.right_edge.i + 1
        before, after = doc[:start].text, doc[end:].text
        if token.head.lower_ == "between" or doc[0].lemma_.lower() == "compare":
            before = f"What is {'' if token.head.lower_ == 'between' else doc[min(1, start) : start].text}"
        elif not (compares or is_choice) or token.pos_ == "ADJ":
            continue
        return tuple(_question(f"{before} {each.removeprefix('Compare ')} {after}") for each in _both(token, other))
    return ()


def _opposed(before: Span, after: Span) -> tuple[str, str]:
    """Return the sides of "turnout in 2023 vs 2026", "Olm vs Sarn turnout" and "the fine of Lund vs that of Orsk"."""
    first, rest = after[0], after[1:].text
    if first.lower_ in ("that", "those"):
        noun = next((token for token in before if token.pos_ == "NOUN"), before[0])
        return before.text, f"{before[: noun.i + 1].text} {rest}"
    if first.pos_ == "PROPN" and after.root.pos_ == "NOUN" and after.root.lower_ not in before.text.lower():
        return f"{before.text} {rest}", after.text
    determiners = [token.i for token in before if token.pos_ == "DET" and first.pos_ == "DET"]
    start = determiners[-1] if determiners else len(before) - 1
    return before.text, f"{before[:start].text} {after.text}"


def _both(one: Token, other: Token) -> tuple[str, str]:
    """Return two phrases that "and" joins, with the noun that one has for both, and the noun for "that"."""
    first = one.doc[one.left_edge.i : next(child.i for child in one.children if child.dep_ == "cc")].text
    second = _phrase(other)
    if other.lower_ in ("that", "those"):
        determiner = next((f"{child.text} " for child in one.children if child.dep_ == "det"), "")
        return first, f"{determiner}{one.text} {other.doc[other.i + 1 : other.right_edge.i + 1].text}"
    before = [child for child in other.children if child.dep_ in ("amod", "compound") and child.i < other.i]
    is_short = not any(child.dep_ in ("amod", "compound", "prep", "nummod") for child in one.children)
    has_same_start = (one.left_edge.dep_ == "det") == (other.left_edge.dep_ == "det")
    shares_noun = before and is_short and has_same_start and one.pos_ != "PROPN" and other.pos_ == "NOUN"
    return (f"{first} {other.text}", second) if shares_noun else (first, second)


def _phrase(head: Token) -> str:
    return head.doc[head.left_edge.i : head.right_edge.i + 1].text


def _question(text: str) -> str:
    plain = " ".join(text.split()).strip(" ,;?.")
    return f"{plain[:1].upper()}{plain[1:]}?"
