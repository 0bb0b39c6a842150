"""Who said what: finds the remarks that articles report, with a parser."""
