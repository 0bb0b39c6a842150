"""Splits an article into sentences, and sentences into passages, all by character offsets."""

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from index.article import Sentence
from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.cleaning import is_list_item, without_bullet

SPLITTER = "sentences-2"
"""Names how articles are split; stored with the index, and changed with anything here that moves an offset."""

PASSAGE_CHARACTERS = 400
"""Measured from 300 to 900 (see LOG.md): the fewer characters, the better the search, and the more there is to keep."""

SENTENCE_CHARACTERS = 700
"""A longer "sentence" is a table, a list of names or an attack; it is cut at a space."""

_DATELINE = re.compile(r"[A-Z][A-Z .’'-]+(?:,\s[^()—–]{1,30})?\s(?:\([^()]{1,30}\)\s)?[—–-]\s")
_CALENDAR_WORD = re.compile(
    rf"(?:{'|'.join(word.capitalize() for word in (*WEEKDAYS, *MONTHS))}|[A-Z][a-z]{{2,3}}\.\s\d)\b"
)
_ATTRIBUTION = re.compile(
    r"(?:[\w.’'-]+\s){0,5}?(?:said|says|asked|asks|added|told|wrote|replied|shouted|cried|warned|recalled)\b"
)
_CLOSED = re.compile(r"[.!?…][’”\"'\])]{1,2}(\s+)(?=[“\"‘(]?[A-Z])")
_PRONOUN = r"(?:he|she|they|it|his|her|hers|their|theirs|its|this|that|these|those|such)"
_PRONOUN_LED = re.compile(
    rf"""[“"‘'(]?(?:(?:but|and|so|yet|still|then|later|also|however|meanwhile|instead|nevertheless),?\s+)?{_PRONOUN}\b
       | [“"‘](?:I|we|my|our|you)\b [^”"]* [”"’]$
       | [“"‘].*[,.?!…][”"’]\s+(?:{_PRONOUN}\s+\w+ | \w+\s+{_PRONOUN})\b""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_NAMED_SPEAKER = re.compile(r"[”\"’]\s+(?:\w+\s+)?(?:[A-Z]|the\s)")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of one paragraph: `(start, end)` in `text`, white space left out."""
    bounds = sentencex.get_sentence_boundaries("en", text)
    cuts = {found["end_index"] for found in bounds if found["end_index"] < len(text)}
    cuts = {cut for cut in cuts if not _belong_together(text[:cut], text[cut:])}
    cuts |= {found.end() for found in _CLOSED.finditer(text) if _closes_sentence(text, found, cuts)}
    edges = [0, *sorted(cuts), len(text)]
    return [piece for start, end in pairwise(edges) for piece in _cut_long(text, *_trimmed(text, start, end))]


def sentences(full_text: str) -> list[Sentence]:
    """The sentences of an article that may be quoted; captions, subheadings and other fragments may not."""
    found: list[Sentence] = []
    for paragraph in re.finditer(r"[^\n]+(?:\n[^\n]+)*", full_text):
        item = is_list_item(paragraph.group())
        text, offset = paragraph.group(), paragraph.start()
        bullet = without_bullet(text)
        for start, end in sentence_spans(text[bullet:]):
            start, end = start + bullet + offset, end + bullet + offset
            dateline = _DATELINE.match(full_text, start, end)
            start = dateline.end() if dateline else start
            if item or _is_sentence(full_text[start:end]):
                found.append(Sentence(start, end, *_lead(full_text, start, end, found)))
    return found


def passages(full_text: str, sentences: list[Sentence], size: int = PASSAGE_CHARACTERS) -> Iterator[list[Sentence]]:
    """Runs of whole sentences of at most `size` characters, each with the leads that its sentences need.

    A run that is half full ends with its paragraph. No sentence is in two runs but for a lead.
    """
    first = 0
    while first < len(sentences):
        last = first
        while last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= size:
            ends_paragraph = "\n\n" in full_text[sentences[last].end : sentences[last + 1].start]
            if ends_paragraph and sentences[last].end - sentences[first].start >= size / 2:
                break
            last += 1
        yield sentences[first : last + 1]
        if last + 1 == len(sentences):
            return
        lead = _index_of_lead(sentences, last + 1)
        first = lead if lead > first else last + 1


def _index_of_lead(sentences: list[Sentence], at: int) -> int:
    lead = sentences[at].lead
    while at and sentences[at].start > lead:
        at -= 1
    return at


def _lead(full_text: str, start: int, end: int, before: list[Sentence]) -> tuple[int, int]:
    if not before or not is_pronoun_led(full_text[start:end]):
        return start, start
    previous = before[-1]
    stands_alone = previous.lead == previous.start
    return (previous.start, previous.end) if stands_alone else (previous.lead, previous.lead_end)


def is_pronoun_led(sentence: str) -> bool:
    """Whether the sentence can't be understood without an earlier one ("He said …", "“…,” she added")."""
    found = _PRONOUN_LED.match(sentence)
    if found is None:
        return False
    return not sentence.startswith(("“", '"', "‘")) or _NAMED_SPEAKER.search(sentence) is None


def _belong_together(before: str, after: str) -> bool:
    before = before.rstrip()
    if re.match(r"[a-z—–,;]", after):
        return True
    if re.search(r"\b[ap]\.m\.$", before):
        return _CALENDAR_WORD.match(after) is not None
    return re.search(r"[?!][”\"’]$", before) is not None and _ATTRIBUTION.match(after) is not None


def _closes_sentence(text: str, found: re.Match[str], cuts: set[int]) -> bool:
    if _ATTRIBUTION.match(text[found.end() :]):
        return False
    if ")" not in found.group() and "]" not in found.group():
        return True
    begins = max((cut for cut in cuts if cut <= found.start()), default=0)
    return text[begins] in "(["


def _is_sentence(text: str) -> bool:
    words = len(text.split())
    ended = re.search(r"[.!?…][’”\"'\])]*$", text) is not None
    breaks_off = re.search(r"[,:;][’”\"']*$", text) is not None
    return (ended and words >= 3) or (breaks_off and words >= 6) or words > 12


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > SENTENCE_CHARACTERS:
        space = text.rfind(" ", start + 1, start + SENTENCE_CHARACTERS)
        cut = space if space > 0 else start + SENTENCE_CHARACTERS
        yield start, cut
        start = cut + (space > 0)
    if end > start:
        yield start, end
