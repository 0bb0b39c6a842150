"""Limits on how often a visitor may do something, counted in memory by the `limits` library."""

import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


class Quota:
    """A limit for each visitor, such as "20/minute;200/hour".

    The counts are those of this object: they start at zero with the process, and two objects count apart.
    """

    def __init__(self, limit: str) -> None:
        self._limits: list[RateLimitItem] = parse_many(limit)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def seconds_to_wait(self, visitor: str) -> int:
        """Count one use by the visitor; return 0, or the seconds until the next is allowed if this is one too many."""
        waits = [0]
        for limit in self._limits:
            if not self._limiter.hit(limit, visitor):
                reset = self._limiter.get_window_stats(limit, visitor).reset_time
                waits.append(max(1, round(reset - time.time())))
        return max(waits)

    def forget(self, visitor: str) -> None:
        """Set the visitor's counts back to zero."""
        for limit in self._limits:
            self._limiter.clear(limit, visitor)
