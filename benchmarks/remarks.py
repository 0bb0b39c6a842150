"""Measures which remarks are found, and whose they are: `python -m benchmarks.remarks INPUT MARKS`.

INPUT has a news excerpt a line, `{"id", "headline"?, "sentences"}`; MARKS its remarks, `{"id", "remarks"}`, marked by
people or models that don't know the code (`tests/data/remarks/README.md`). A remark is found if one with the same cue,
or else with the same speaker, stands in the same sentence.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.checker import share
from index.article import FoundRemark, Sentence
from index.remarks.article_remarks import find_remarks
from index.remarks.names import folded
from index.remarks.parser import Parser


@dataclass(frozen=True)
class Matched:
    """A marked remark with the one that was found for it, or one of the two alone."""

    sentence: str
    marked: dict[str, Any] | None
    found: dict[str, Any] | None


def main() -> None:
    """Print the shares of remarks that are found, and that are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path)
    parser.add_argument("marks", type=Path)
    parser.add_argument("--show", action="store_true", help="print each remark that differs")
    given = parser.parse_args()
    matched = list(compared(_rows(given.input), _rows(given.marks)))
    if given.show:
        for each in matched:
            _show(each)
    print("\n".join(table(matched)))


def compared(inputs: Sequence[dict[str, Any]], marks: Sequence[dict[str, Any]]) -> Iterator[Matched]:
    """Yield each remark that is marked or found."""
    marked = {row["id"]: row["remarks"] for row in marks}
    articles = [_article(row) for row in inputs]
    for row, (_, text, sentences), found in zip(inputs, articles, find_remarks(articles, Parser()), strict=True):
        for number, sentence in enumerate(sentences):
            own = [_described(each, text) for each in found if each.sentence[0] == sentence.start]
            wanted = [each for each in marked[row["id"]] if each["sentence"] == number]
            yield from _matched(row["sentences"][number], wanted, own)


def table(matched: Sequence[Matched]) -> Iterator[str]:
    """Yield the shares, with their 95% intervals."""
    both = [(each.marked, each.found) for each in matched if each.marked and each.found]
    marked, given = sum(each.marked is not None for each in matched), sum(each.found is not None for each in matched)
    named = [(one, two) for one, two in both if two["name"]]
    rights = {
        "marked remarks found": (len(both), marked),
        "remarks given that are marked": (len(both), given),
        "speaker right, of those given": (sum(_same_head(*pair) for pair in both), given),
        "speaker right, of those found": (sum(_same_head(*pair) for pair in both), len(both)),
        "kind right, of those found": (sum(one["kind"] == two["kind"] for one, two in both), len(both)),
        "name right, of those given": (sum(_same_name(*pair) for pair in named), len(named)),
        "marked names given": (len(named), sum(bool(one["name"]) for one, _ in both)),
        "direct or not, right": (sum(one["direct"] == two["direct"] for one, two in both), len(both)),
    }
    for name, (count, of) in rights.items():
        yield f"{name:<34}{share(count, of)}"


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _article(row: dict[str, Any]) -> tuple[str, str, list[Sentence]]:
    text, sentences = "", []
    for each in row["sentences"]:
        sentences.append(Sentence(len(text), len(text) + len(each), len(text), len(text)))
        text += each + " "
    return row.get("headline", ""), text, sentences


def _described(remark: FoundRemark, text: str) -> dict[str, Any]:
    return {
        "cue": text[slice(*remark.cue)],
        "speaker": text[slice(*remark.speaker)] if remark.speaker else "",
        "head": text[slice(*remark.head)] if remark.head else "",
        "name": remark.name,
        "kind": remark.kind,
        "direct": remark.is_direct,
    }


def _matched(sentence: str, marked: list[dict[str, Any]], found: list[dict[str, Any]]) -> Iterator[Matched]:
    left, pairs = list(found), {}
    for is_same in (_same_cue, _same_head):
        for at, one in enumerate(marked):
            same = next((each for each in left if is_same(one, each)), None) if at not in pairs else None
            if same is not None:
                pairs[at] = same
                left.remove(same)
    yield from (Matched(sentence, one, pairs.get(at)) for at, one in enumerate(marked))
    yield from (Matched(sentence, None, each) for each in left)


def _same_cue(one: dict[str, Any], other: dict[str, Any]) -> bool:
    first, second = folded(one["cue"]).split(), folded(other["cue"]).split()
    return first == second or bool(set(first) & set(second) - {"to", "on", "for", "by", "in", "a"})


def _same_head(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return folded(one["head"]).split()[-1:] == folded(other["head"]).split()[-1:]


def _same_name(one: dict[str, Any], other: dict[str, Any]) -> bool:
    first, second = (folded(each["name"] or "").removeprefix("the ") for each in (one, other))
    return first == second


def _show(each: Matched) -> None:
    one, two = each.marked, each.found
    if (
        one
        and two
        and _same_head(one, two)
        and one["kind"] == two["kind"]
        and (not two["name"] or _same_name(one, two))
    ):
        return
    print(each.sentence)
    for name, side in (("marked", one), ("found", two)):
        if side:
            print(f"   {name}: {side['kind']} | {side['cue']} | {side['speaker']} | {side['head']} | {side['name']}")


if __name__ == "__main__":
    main()
