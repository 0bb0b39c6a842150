"""What readers thought of answers, kept in `state.db`, and the evaluation file that can be made of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.web import state_db
from assistant.web.answer_record import answer_document, message_text

GOOD, BAD = "good", "bad"
SHOULD_REFUSE = "Should have been refused"
REASONS = ("Wrong answer", "Answer is incomplete", SHOULD_REFUSE, "Should have been answered")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reader's verdict on an answer: "good", "bad" or one of `REASONS`.

    `marked` are the words in bold, `articles` the ids of the cited articles; a refusal has neither.
    """

    question: str
    said: str
    marked: tuple[str, ...]
    articles: tuple[str, ...]
    refused: bool
    verdict: str
    at: str

    @property
    def example(self) -> dict[str, Any] | None:
        """The verdict as a line of an evaluation file; None where it doesn't say what would have been right."""
        if self.verdict == SHOULD_REFUSE or (self.verdict == GOOD and self.refused):
            return {"question": self.question, "answers": []}
        if self.verdict != GOOD:
            return None
        return {"question": self.question, "answers": list(self.marked) or [self.said], "gold": list(self.articles)}


def verdict_on(messages: Sequence[Any], index: int, liked: bool | str, key: bytes) -> Verdict | None:
    """Return the verdict on message `index` of a conversation, as Gradio hands it over.

    None where that message isn't an answer that was signed with the key: messages come from the reader's browser.
    """
    if not 0 < index < len(messages):
        return None
    document = answer_document(message_text(messages[index], "assistant"), key)
    if document is None:
        return None
    sentences = [sentence for sentence in document["sentences"] if not sentence["flag"]]
    marked = (sentence["text"][slice(*sentence["marked"])] for sentence in sentences if sentence["marked"])
    ids = (citation["article"]["id"] for citation in document["citations"])
    verdict = {True: GOOD, False: BAD}.get(liked) if isinstance(liked, bool) else liked
    return Verdict(
        question=document["understood"] or document["question"],
        said=" ".join(sentence["text"] for sentence in sentences),
        marked=tuple(marked),
        articles=tuple(dict.fromkeys(ids)),
        refused=document["refused"],
        verdict=verdict if verdict in (GOOD, BAD, *REASONS) else BAD,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def save(folder: Path, verdict: Verdict) -> None:
    """Keep a verdict; the same one twice in a row, as Gradio sends a reason, is kept once."""
    with state_db.connect(folder) as database:
        database.execute("BEGIN IMMEDIATE")
        last = database.execute("SELECT verdict FROM verdicts ORDER BY number DESC LIMIT 1").fetchone()
        if last and replace(_verdict(last[0]), at=verdict.at) == verdict:
            return
        database.execute("INSERT INTO verdicts (verdict) VALUES (?)", (json.dumps(asdict(verdict)),))


def verdicts(folder: Path) -> Iterator[Verdict]:
    """Yield all verdicts, oldest first."""
    with state_db.connect(folder) as database:
        rows = database.execute("SELECT verdict FROM verdicts ORDER BY number").fetchall()
    for (row,) in rows:
        yield _verdict(row)


def _verdict(row: str) -> Verdict:
    fields = json.loads(row)
    return Verdict(**fields | {"marked": tuple(fields["marked"]), "articles": tuple(fields["articles"])})
