"""Web addresses of articles."""

import re
from urllib.parse import urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(?:utm_\w+|\w{1,3}clid|msclkid|mc_[ce]id|igshid|mkt_tok|_ga|_gl|at_(?:medium|campaign))\Z", re.I
)


def without_tracking(url: str) -> str:
    """The address less the parameters of its query that only count visits. Raises ValueError for what is none."""
    parts = urlsplit(url)
    query = "&".join(field for field in parts.query.split("&") if not _TRACKING.match(field.partition("=")[0]))
    return urlunsplit(parts._replace(query=query))
