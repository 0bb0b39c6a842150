"""Measures onrecord beside what a user would build otherwise."""
