"""Trains the reading model: `python -m training.train --data DIR`."""
