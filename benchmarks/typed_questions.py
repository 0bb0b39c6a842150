"""Asks the questions that people type: `python -m benchmarks.typed_questions FOLDER`, such as tests/data/typed/league.

FOLDER has `articles.jsonl` and `questions.jsonl`; tests/data/typed/README.md says what a line is. Prints how many are
right of each kind.
"""

import argparse
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant import Answer, Assistant, Settings, Turn
from benchmarks.checker import share

_MARK = re.compile(r"\s*\[\d+(?:\s*[,;–-]\s*\d+)*\]")


def main() -> None:
    """Ask all questions of the folder, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="print each question that is answered wrongly")
    given = parser.parse_args()
    by_kind: dict[str, list[bool]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as index:
        assistant = Assistant(Settings(index_dir=Path(index)))
        for question, answer, is_right in asked(given.folder, assistant):
            by_kind[question["kind"]].append(is_right)
            if given.show and not is_right:
                print(f"[{question['kind']}] {question['question']} -> {answer.text or '(refused)'} {answer.notice}")
    for kind, right in sorted(by_kind.items()):
        print(f"{kind:<14}{sum(right):3} of {len(right)}")
    every = [each for right in by_kind.values() for each in right]
    print(f"{'right':<14}{share(sum(every), len(every))}")


def asked(folder: Path, assistant: Assistant) -> Iterator[tuple[dict[str, Any], Answer, bool]]:
    """Yield each question with its answer, and whether it is as expected, from an assistant without articles."""
    assistant.ingest([str(folder / "articles.jsonl")])
    for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        question = json.loads(line)
        turns: list[Turn] = []
        for before, _ in question.get("history", []):
            turns.append(Turn(before, assistant.ask(before, history=turns).text))
        answer = assistant.ask(question["question"], history=turns)
        yield question, answer, is_as_expected(answer, question["expect"])


def is_as_expected(answer: Answer, expect: dict[str, Any]) -> bool:
    """Return True if an answer has what `expect` asks for."""
    text = _MARK.sub("", answer.text)
    said = f"{text}\n{answer.notice}"
    headlines = [text, *(citation.article.title for citation in answer.citations)]

    def has(pattern: str) -> bool:
        return re.search(pattern, said, re.IGNORECASE | re.DOTALL) is not None

    if any(map(has, expect.get("not", []))):
        return False
    wanted = [expect.get(key, []) for key in ("any", "all", "cites")]
    says = any(wanted) and (not wanted[0] or any(map(has, wanted[0]))) and all(map(has, wanted[1]))
    says = says and all(any(re.search(each, title, re.IGNORECASE) for title in headlines) for each in wanted[2])
    if expect.get("refuse"):
        return answer.refused or says
    return says and not (answer.refused and expect.get("refuse") is False)


if __name__ == "__main__":
    main()
