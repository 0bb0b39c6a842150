"""Writes a parsed sentence again with some of its words replaced or left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lemminflect import getInflection
from spacy.tokens import Doc, Token

from index.text.calendar_words import MONTHS, WEEKDAYS

SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
NAMES = frozenset({"PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW"})
_VOWEL = re.compile(r"(?i)(?:[aeio]|u(?!ni|se|sa|ti|ro|k)|hour|hono|heir|8|11\b|18\b)")
_RUN_ON = re.compile(r"[\w)] (?:He|She|It|They|We|This|His|But|And|There|When|If) ")
_ARTICLE = re.compile(r"\b([Aa])n? (?=[\"“(]?(\w+))")


@dataclass(frozen=True, slots=True)
class Made:
    """A sentence made from another; `premise`, if given, stands in the premise instead of the original."""

    kind: str
    text: str
    label: str
    premise: str = ""


def rewritten(doc: Doc, changes: Mapping[int, str]) -> str:
    """Return the sentence with the tokens at some places changed; "" leaves a token out."""
    pieces = []
    for token in doc:
        text = changes.get(token.i, token.text)
        pieces.append(text + token.whitespace_)
        following = changes.get(token.i + 1, doc[token.i + 1].text) if token.i + 1 < len(doc) else "."
        if text and token.i in changes and not token.whitespace_ and following[:1].isalnum():
            pieces.append(" ")
    return tidied("".join(pieces), doc.text)


def span_change(start: int, end: int, text: str) -> dict[int, str]:
    """Return the changes that put `text` in place of the tokens from `start` to `end`."""
    return {**dict.fromkeys(range(start, end - 1), ""), end - 1: text}


def tidied(text: str, original: str = "") -> str:
    """Return a text with spaces, commas, the first capital and "a" or "an" set right."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ([,.;:!?)](?:\W|$))", r"\1", text)
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r",\s*([.;:!?])", r"\1", text)
    text = re.sub(r"^[\s,;:–-]+", "", text).strip()
    text = re.sub(r"([.!?])\.$", r"\1", text) if not original.endswith("..") else text
    if text and text[-1] not in ".!?\"”’')" and original[-1:] in '.!?"”’':
        text += "."
    text = _ARTICLE.sub(lambda m: _article(m, original), text)
    return text[:1].upper() + text[1:]


def _article(match: re.Match[str], original: str) -> str:
    if match.group() + match.group(2) in original or match.group(2).isupper():
        return match.group()
    return f"{match.group(1)}{'n' if _VOWEL.match(match.group(2)) else ''} "


def is_sound(text: str) -> bool:
    """Return True for a text of at least three words whose quotation marks and brackets are in pairs."""
    quotes = text.count('"') % 2 == 0 and text.count("“") == text.count("”") and text.count("(") == text.count(")")
    return (
        quotes
        and ".." not in text
        and len(text.split()) >= 3
        and not re.search(r"\b(\w+) \1\b(?<!that that)(?<!had had)", text)
    )


def bounds(token: Token) -> tuple[int, int]:
    """Return the first place of the token's subtree and the place after its last."""
    return token.left_edge.i, token.right_edge.i + 1


def is_whole(token: Token) -> bool:
    """Return True if the token's subtree has no gap."""
    start, end = bounds(token)
    return len(list(token.subtree)) == end - start


def phrase(doc: Doc, start: int, end: int) -> str:
    """Return the text of some tokens as it reads within a sentence: "The mayor" -> "the mayor"."""
    text = doc[start:end].text.strip(" ,")
    first = doc[start]
    is_name = first.pos_ == "PROPN" or (first.ent_type_ in NAMES and first.pos_ not in ("DET", "PRON"))
    is_name = is_name or first.text == "I" or first.text[:2].isupper() or first.text.lower() in (*MONTHS, *WEEKDAYS)
    if start == 0 and (not is_name or first.text in ("The", "A", "An", "In", "On", "At", "By", "After", "Before")):
        return text[:1].lower() + text[1:]
    return text


def inflected(lemma: str, tag: str) -> str:
    """Return the form of a lemma that a Penn tag asks for: ("shoot", "VBD") -> "shot"."""
    if lemma == "be":
        return {"VBD": "was", "VBZ": "is", "VBP": "are", "VBN": "been", "VBG": "being"}.get(tag, "be")
    forms = getInflection(lemma, tag)
    return str(forms[0]) if forms else lemma


def same_case(text: str, model: str) -> str:
    """Return `text` with a capital if `model` has one."""
    return text[:1].upper() + text[1:] if model[:1].isupper() else text


def is_plural(head: Token) -> bool:
    """Return True if a noun phrase with this head takes a plural verb."""
    if any(child.dep_ == "conj" for child in head.children) and any(child.dep_ == "cc" for child in head.children):
        return all(child.text.lower() != "or" for child in head.children)
    if head.text.lower() in ("they", "we", "you", "these", "those", "many", "few", "both", "police", "people"):
        return True
    return head.tag_ in ("NNS", "NNPS") and head.ent_type_ not in ("GPE", "ORG", "MONEY")


def agreeing(verb: Token, lemma: str, is_plural: bool, first_person: bool = False) -> str:
    """Return the finite form of a lemma in the tense of `verb`, for a singular or plural subject."""
    tag = verb.tag_
    if lemma == "be":
        past = tag == "VBD"
        return ("were" if past else "are") if is_plural else ("was" if past else "am" if first_person else "is")
    return inflected(lemma, tag if tag in ("VBD", "MD") else "VBP" if is_plural else "VBZ")


def subject(verb: Token) -> Token | None:
    """Return the subject of a verb, if it has its own."""
    return next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")), None)


def auxiliaries(verb: Token) -> list[Token]:
    """Return the auxiliaries of a verb: "has been" of "has been shot"."""
    return [child for child in verb.children if child.dep_ in ("aux", "auxpass") and child.i < verb.i]


def is_negated(doc: Doc) -> bool:
    """Return True if anything in the sentence is denied, asked or only possible, so that a change may stay true."""
    unsure = {"not", "n't", "never", "no", "none", "nobody", "nothing", "neither", "nor", "without", "if", "unless"}
    unsure |= {"whether", "or", "few", "hardly", "refuse", "deny", "fail", "false"}
    modals = {"may", "might", "could", "would"}
    is_unsure = (t.lower_ in unsure or t.lemma_ in unsure or (t.tag_ == "MD" and t.lower_ in modals) for t in doc)
    return any(is_unsure)


def is_plain(doc: Doc) -> bool:
    """Return True for one whole statement of ordinary length that can be changed safely."""
    text = doc.text
    if not 5 <= len(doc) <= 45 or not re.match(r"[\"“]?[A-Z0-9]", text) or text[-1] not in '.”"' or ";" in text:
        return False
    if (
        not is_sound(text)
        or len(list(doc.sents)) != 1
        or re.search(r"https?:|\[|\]|\||\.\.\.|…| – .* – .* – |\bN\b|[<>]|href", text)
    ):
        return False
    if _RUN_ON.search(text):
        return False
    root = next(token for token in doc if token.dep_ == "ROOT")
    heads = [root, *auxiliaries(root)]
    return root.pos_ in ("VERB", "AUX") and subject(root) is not None and any(_is_finite(token) for token in heads)


def _is_finite(token: Token) -> bool:
    return token.tag_ in ("VBD", "VBZ", "VBP", "MD")
