"""The web: fetching pages within limits, feeds and sitemaps."""
