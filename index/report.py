"""Reports of what an index change did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that couldn't be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a change did to the index: ids of articles, sources that failed, passages written, seconds taken.

    `vanished` are articles that are still in the index although their file, page or record is gone. `foreign` are
    added or updated articles in another language than English. `left_out` are files in folders whose type isn't read.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    left_out: tuple[str, ...] = ()
    passages: int = 0
    seconds: float = 0.0
