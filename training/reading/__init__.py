"""Trains the reading model: `python -m training.reading.stages STAGE --data DIR`."""
