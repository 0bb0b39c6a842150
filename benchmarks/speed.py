"""Measures how fast articles are added, beside the bare encoder: `python -m benchmarks.speed`, or `--smoke`.

The articles are made from the demonstration's sentences in random order (with a seed), so that no passage occurs twice.
`ONEDNN_MAX_CPU_ISA=AVX512_CORE` or `AVX2` in the environment imitates a CPU without fast bfloat16.
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
from index.embedding import embedder
from index.embedding.packed_linear import faster_type
from index.text.passages import passages
from index.text.sentences import sentences


def main() -> None:
    """Measure the encoder alone on onrecord's passages, the LangChain recipe and onrecord, and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on 100 passages")
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
    used = str(faster_type(embedder.BATCH * embedder.TOKENS)).removeprefix("torch.")
    seconds = {
        "the encoder alone, float32": _seconds_to_encode(texts, "float32"),
        f"the encoder alone, {used} as used": _seconds_to_encode(texts, used, attn_implementation="eager"),
        "langchain recipe": _seconds_to_add(LangChainRecipe, articles),
        "onrecord": _seconds_to_add(Onrecord, articles),
    }
    for name, spent in seconds.items():
        print(
            f"{name:<36} {spent:8.1f} s {characters / spent:10,.0f} characters a second"
            f"   onrecord's speed is {spent / seconds['onrecord']:.2f} of it"
        )


def made_up(count: int) -> dict[str, str]:
    """Return articles that have about `count` passages together."""
    rng = random.Random(0)  # noqa: S311
    stock = [text[s.start : s.end] for text in demonstration()[0].values() for s in sentences(text)]
    articles: dict[str, str] = {}
    total = 0
    while total < count:
        text = "\n\n".join(" ".join(rng.sample(stock, 3)) for _ in range(10))
        articles[f"Report {len(articles)}"] = text
        total += sum(1 for _ in passages(text, sentences(text)))
    return articles


def _seconds_to_encode(texts: list[str], dtype: str, **options: str) -> float:
    encoder = SentenceTransformer(MODEL, device="cpu", model_kwargs={"dtype": dtype, **options})
    encoder.encode(texts[:32], convert_to_tensor=True)
    began = time.perf_counter()
    encoder.encode(texts, batch_size=embedder.BATCH if options else 32, convert_to_tensor=True)
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
