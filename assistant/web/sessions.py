"""Who is signed in to /admin: random tokens, kept in cookies; `state.db` has only their digests."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from assistant.web import state_db

SECONDS = 8 * 60 * 60
"""How long a session lasts."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `form` is the token that every form on its pages must send back."""

    digest: str
    form: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The outcome of an action, shown once on the next page."""

    text: str
    failed: bool


class Sessions:
    """The sessions opened with the secret whose hash is `hashed`; with another hash they are no longer found."""

    def __init__(self, folder: Path, hashed: str) -> None:
        self._folder = folder
        self._hashed = hashed

    def open(self) -> str:
        """Start a session; return its token."""
        token, now = secrets.token_urlsafe(32), time.time()
        with state_db.connect(self._folder) as database:
            database.execute("DELETE FROM sessions WHERE expires <= ?", (now,))
            database.execute(
                "INSERT INTO sessions (digest, form, expires) VALUES (?, ?, ?)",
                (self._digest(token), secrets.token_urlsafe(32), now + SECONDS),
            )
        return token

    def find(self, token: str) -> Session | None:
        """Return the session with that token; None if there is none or it has ended."""
        with state_db.connect(self._folder) as database:
            row = database.execute(
                "SELECT digest, form FROM sessions WHERE digest = ? AND expires > ?",
                (self._digest(token), time.time()),
            ).fetchone()
        return Session(*row) if row else None

    def close(self, session: Session) -> None:
        """End a session."""
        with state_db.connect(self._folder) as database:
            database.execute("DELETE FROM sessions WHERE digest = ?", (session.digest,))

    def keep_notice(self, session: Session, notice: Notice) -> None:
        """Keep a notice until the session's next page takes it."""
        with state_db.connect(self._folder) as database:
            database.execute(
                "UPDATE sessions SET notice = ?, failed = ? WHERE digest = ?",
                (notice.text, notice.failed, session.digest),
            )

    def take_notice(self, session: Session) -> Notice | None:
        """Return the notice that was kept, and forget it; None if there is none."""
        with state_db.connect(self._folder) as database:
            row = database.execute(
                "SELECT notice, failed FROM sessions WHERE digest = ? AND notice != ''", (session.digest,)
            ).fetchone()
            if row:
                database.execute("UPDATE sessions SET notice = '' WHERE digest = ?", (session.digest,))
        return Notice(row[0], bool(row[1])) if row else None

    def _digest(self, token: str) -> str:
        return hashlib.sha256(f"{token} {self._hashed}".encode()).hexdigest()
