"""What a change did to the index."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that wasn't read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a change did to the index: article ids, sources not read, passages written, seconds taken.

    `vanished` are articles whose file, page or record is no longer there, and which are still in the index. `foreign`
    are those added or updated that aren't in English.
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
