"""Finds what stands in quotation marks."""

import re
from collections.abc import Sequence

_MARK = re.compile("[\"“”„«»]|''|``")
_OPENS, _CLOSES = "“„«``", "”»''"


_SINGLE = re.compile(r"(?<!\w)([‘'])(?=\w)((?:[^‘’'\n]|(?<=\w)[’'](?=\w))+)(?<=[\w.,!?;…—-])[’'](?!\w)")
"""What stands in single marks; those within words are apostrophes."""


def with_double_marks(text: str) -> str:
    """Return the text with double quotation marks in place of single ones, of the same length."""
    return _SINGLE.sub(r"“\2”", text)


def quotations(text: str, *, is_open: bool = False) -> tuple[list[tuple[int, int]], bool]:
    """Return `(start, end)` of each quotation in the text with its marks, and whether the last one goes on.

    `is_open` says that a quotation goes on from before the text. Marks that are missing are made up for: one that opens
    ends what was open, and one that closes nothing closes what stands before it.
    """
    spans: list[tuple[int, int]] = []
    start = 0 if is_open else -1
    for match in _MARK.finditer(text):
        if _is_opening(text, match, is_open=start >= 0):
            if start > 0:
                spans.append((start, match.start()))
            start = match.start()
        else:
            first = start if start >= 0 else spans[-1][1] if spans else 0
            spans.append((first, match.end()))
            start = -1
    if start >= 0:
        spans.append((start, len(text)))
    return spans, start >= 0


def without_spans(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return what is left of a text without these spans of it."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _is_opening(text: str, match: re.Match[str], *, is_open: bool) -> bool:
    """Return True for a mark that begins a quotation. Straight ones show it by the spaces around them."""
    mark = match.group()
    if mark in _OPENS or mark in _CLOSES:
        return mark in _OPENS
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    is_after_space, is_before_space = (
        not before.strip() or before in "([—–-",
        not after.strip() or after in ".,;:!?)]—–",
    )
    return is_after_space if is_after_space != is_before_space else not is_open
