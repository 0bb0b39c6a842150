"""What readers thought of answers, kept in `state_db.db`, and the evaluation file that can be made of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.html

from assistant.web import state_db

GOOD, BAD = "good", "bad"
SHOULD_REFUSE = "Should have been refused"
REASONS = ("Wrong answer", "Answer is incomplete", SHOULD_REFUSE, "Should have been answered")

MOST_CHARACTERS = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader thought of an answer: "good", "bad" or one of `REASONS`.

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
        """A line of an evaluation file; None where the verdict doesn't tell what would have been right."""
        if self.verdict == SHOULD_REFUSE or (self.verdict == GOOD and self.refused):
            return {"question": self.question, "answers": []}
        if self.verdict != GOOD:
            return None
        return {"question": self.question, "answers": list(self.marked) or [self.said], "gold": list(self.articles)}


def verdict_on(messages: Sequence[Any], index: int, liked: bool | str) -> Verdict | None:
    """The verdict on message `index` of a conversation as the chat has it; None where that isn't an answer.

    `messages` come from the reader's browser: whatever they hold is taken as text.
    """
    if not 0 < index < len(messages):
        return None
    question, shown = _text(messages[index - 1]), _text(messages[index])
    if not question or '<div class="answer' not in shown:
        return None
    page = lxml.html.fromstring(shown)
    for mark in page.xpath("//sup"):
        mark.drop_tree()
    links = lxml.html.fromstring(shown).xpath('//a[@class="cite"]/@href')
    ids = (link.removeprefix("articles/").partition("?")[0] for link in links)
    verdict = {True: GOOD, False: BAD}.get(liked) if isinstance(liked, bool) else liked
    return Verdict(
        question=question,
        said=" ".join(part.text_content() for part in page.xpath('//p[@class="said"]')),
        marked=tuple(strong.text_content() for strong in page.xpath('//p[@class="said"]//strong')),
        articles=tuple(dict.fromkeys(ids)),
        refused="refusal" in page.get("class", ""),
        verdict=verdict if verdict in (GOOD, BAD, *REASONS) else BAD,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _text(message: Any) -> str:  # noqa: ANN401
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list) and content and isinstance(content[0], dict):
        content = content[0].get("text")
    return content[:MOST_CHARACTERS] if isinstance(content, str) else ""


def save(folder: Path, verdict: Verdict) -> None:
    """Keeps a verdict; the same twice in a row, as Gradio sends a reason, once."""
    with state_db.connect(folder) as database:
        database.execute("BEGIN IMMEDIATE")
        last = database.execute("SELECT verdict FROM verdicts ORDER BY number DESC LIMIT 1").fetchone()
        if last and replace(_read(last[0]), at=verdict.at) == verdict:
            return
        database.execute("INSERT INTO verdicts (verdict) VALUES (?)", (json.dumps(asdict(verdict)),))


def verdicts(folder: Path) -> Iterator[Verdict]:
    """All verdicts, oldest first."""
    with state_db.connect(folder) as database:
        rows = database.execute("SELECT verdict FROM verdicts ORDER BY number").fetchall()
    for (row,) in rows:
        yield _read(row)


def _read(row: str) -> Verdict:
    fields = json.loads(row)
    return Verdict(**fields | {"marked": tuple(fields["marked"]), "articles": tuple(fields["articles"])})
