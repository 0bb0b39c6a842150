"""How many questions a visitor may ask: the rules of the `limits` library, counted in SQLite."""

import time
from pathlib import Path

from limits import RateLimitItem, parse_many
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from assistant.web import state_db
from index.errors import CollectionError


class Quota:
    """A limit such as "20/minute;200/hour" on what each visitor does; `name` keeps several apart."""

    def __init__(self, folder: Path, name: str, limit: str) -> None:
        self._name = name
        self._limits: list[RateLimitItem] = parse_many(limit)
        self._limiter = FixedWindowRateLimiter(_Counts(folder=folder))

    def seconds_to_wait(self, visitor: str) -> int:
        """Counts one more, and returns 0; or, where it is one too many, in how many seconds the next is welcome."""
        waits = [0]
        for limit in self._limits:
            if not self._limiter.hit(limit, self._name, visitor):
                reset = self._limiter.get_window_stats(limit, self._name, visitor).reset_time
                waits.append(max(1, round(reset - time.time())))
        return max(waits)


class _Counts(Storage):
    STORAGE_SCHEME = ["onrecord"]  # noqa: RUF012 - as the library declares it

    def __init__(self, uri: str | None = None, *, folder: Path) -> None:
        super().__init__(uri)
        self._folder = folder

    @property
    def base_exceptions(self) -> type[Exception]:
        return CollectionError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with state_db.connect(self._folder) as database:
            database.execute("DELETE FROM counts WHERE expires <= ?", (now,))
            (count,) = database.execute(
                "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET count = count + excluded.count "
                "RETURNING count",
                (key, amount, now + expiry),
            ).fetchone()
        return int(count)

    def get(self, key: str) -> int:
        return int(self._row(key)[0])

    def get_expiry(self, key: str) -> float:
        return float(self._row(key)[1])

    def _row(self, key: str) -> tuple[int, float]:
        now = time.time()
        with state_db.connect(self._folder) as database:
            found = database.execute("SELECT count, expires FROM counts WHERE key = ? AND expires > ?", (key, now))
            row: tuple[int, float] | None = found.fetchone()
        return row or (0, now)

    def check(self) -> bool:
        self.get("")
        return True

    def reset(self) -> int:
        with state_db.connect(self._folder) as database:
            return database.execute("DELETE FROM counts").rowcount

    def clear(self, key: str) -> None:
        with state_db.connect(self._folder) as database:
            database.execute("DELETE FROM counts WHERE key = ?", (key,))
