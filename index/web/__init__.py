"""The web: fetching pages within limits, the safe network, feeds and sitemaps."""
