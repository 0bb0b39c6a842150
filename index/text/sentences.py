"""Splits an article into sentences, by character offsets."""

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from index.article import Sentence
from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.cleaning import bullet_length, is_list_item

SPLITTER = "sentences-2"
"""Names the way in which articles are split; stored with the index. Change it with anything that moves an offset, here
or in passages.py."""

SENTENCE_CHARACTERS = 700
"""The most characters of a sentence. A longer one is a table, a list of names or an attack; it is cut at a space."""

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
    """Return the sentences of one paragraph as `(start, end)` in `text`, without the white space around them."""
    bounds = sentencex.get_sentence_boundaries("en", text)
    cuts = {bound["end_index"] for bound in bounds if bound["end_index"] < len(text)}
    cuts = {cut for cut in cuts if not _belong_together(text[:cut], text[cut:])}
    cuts |= {match.end() for match in _CLOSED.finditer(text) if _closes_sentence(text, match, cuts)}
    edges = [0, *sorted(cuts), len(text)]
    return [piece for start, end in pairwise(edges) for piece in _cut_long(text, *_trimmed(text, start, end))]


def sentences(full_text: str) -> list[Sentence]:
    """Return the sentences of an article that may be quoted; captions, subheadings and other fragments may not."""
    sentences: list[Sentence] = []
    for paragraph in re.finditer(r"[^\n]+(?:\n[^\n]+)*", full_text):
        item = is_list_item(paragraph.group())
        text, offset = paragraph.group(), paragraph.start()
        bullet = bullet_length(text)
        for start, end in sentence_spans(text[bullet:]):
            start, end = start + bullet + offset, end + bullet + offset
            dateline = _DATELINE.match(full_text, start, end)
            start = dateline.end() if dateline else start
            if item or _is_sentence(full_text[start:end]):
                sentences.append(Sentence(start, end, *_lead(full_text, start, end, sentences)))
    return sentences


def _lead(full_text: str, start: int, end: int, before: list[Sentence]) -> tuple[int, int]:
    """Return where the sentence is that this one needs to be understood; its own start where it needs none."""
    if not before or not is_pronoun_led(full_text[start:end]):
        return start, start
    previous = before[-1]
    stands_alone = previous.lead == previous.start
    return (previous.start, previous.end) if stands_alone else (previous.lead, previous.lead_end)


def is_pronoun_led(sentence: str) -> bool:
    """Return True if the sentence can't be understood without an earlier one ("He said …", "“…,” she added")."""
    if _PRONOUN_LED.match(sentence) is None:
        return False
    return not sentence.startswith(("“", '"', "‘")) or _NAMED_SPEAKER.search(sentence) is None


def _belong_together(before: str, after: str) -> bool:
    """Return True if a cut between these texts is wrong, as in "at 5 p.m. | Monday" and "“Why?” | he asked"."""
    before = before.rstrip()
    if re.match(r"[a-z—–,;]", after):
        return True
    if re.search(r"\b[ap]\.m\.$", before):
        return _CALENDAR_WORD.match(after) is not None
    return re.search(r"[?!][”\"’]$", before) is not None and _ATTRIBUTION.match(after) is not None


def _closes_sentence(text: str, end: re.Match[str], cuts: set[int]) -> bool:
    """Return True if a closing mark ends its sentence: not before "he said", nor after words in brackets within it."""
    if _ATTRIBUTION.match(text[end.end() :]):
        return False
    if ")" not in end.group() and "]" not in end.group():
        return True
    start = max((cut for cut in cuts if cut <= end.start()), default=0)
    return text[start] in "(["


def _is_sentence(text: str) -> bool:
    words = len(text.split())
    ended = re.search(r"[.!?…][’”\"'\])]*$", text) is not None
    breaks_off = re.search(r"[,:;][’”\"']*$", text) is not None
    return (ended and words >= 2) or (breaks_off and words >= 6) or words > 12


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
