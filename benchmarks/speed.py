"""How fast articles go in, beside the bare encoder on the same texts: `python -m benchmarks.speed`, or `--smoke`.

The articles are made from the demonstration's sentences in random order (seeded), so that no passage comes twice.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from benchmarks.data import demonstration
from benchmarks.systems import MODEL, LangChainRecipe, Onrecord
from index.split import passages, sentences


def main() -> None:
    """Measures onrecord, the encoder alone on its passages, and the LangChain recipe, and prints ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--smoke", action="store_true", help="only see that it runs, on 100 passages")
    given = parser.parse_args()
    articles = made_up(100 if given.smoke else given.passages)
    texts = [
        f"{title}\n{text[run[0].start : run[-1].end]}"
        for title, text in articles.items()
        for run in passages(text, sentences(text))
    ]
    characters = sum(map(len, articles.values()))
    print(
        f"{len(articles)} articles, {characters:,} characters, {len(texts)} passages, {torch.get_num_threads()} threads"
    )
    encoder = _seconds_to_encode(texts)
    ours, recipe = _seconds_to_add(Onrecord, articles), _seconds_to_add(LangChainRecipe, articles)
    for name, seconds in (("the encoder alone, fp32", encoder), ("onrecord", ours), ("langchain recipe", recipe)):
        print(f"{name:<28} {seconds:8.1f} s   {characters / seconds:10,.0f} characters a second")
    print(f"onrecord's speed: {encoder / ours:.2f} of the encoder's, {recipe / ours:.2f} of the recipe's")


def made_up(count: int) -> dict[str, str]:
    """Articles of about `count` passages in all."""
    rng = random.Random(0)  # noqa: S311
    stock = [text[s.start : s.end] for text in demonstration()[0].values() for s in sentences(text)]
    articles: dict[str, str] = {}
    total = 0
    while total < count:
        text = "\n\n".join(" ".join(rng.sample(stock, 3)) for _ in range(10))
        articles[f"Report {len(articles)}"] = text
        total += sum(1 for _ in passages(text, sentences(text)))
    return articles


def _seconds_to_encode(texts: list[str]) -> float:
    encoder = SentenceTransformer(MODEL, device="cpu")
    encoder.encode(texts[:32])
    began = time.perf_counter()
    encoder.encode(texts, batch_size=32, normalize_embeddings=True)
    return time.perf_counter() - began


def _seconds_to_add(system: type[Onrecord] | type[LangChainRecipe], articles: dict[str, str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        measured = system(Path(folder))
        measured.add({"warm up": "The model is loaded before time is taken. " * 3})
        began = time.perf_counter()
        measured.add(articles)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
