"""Trains the support model: `python -m training.support.stages STAGE --data DIR --wordnet DIR`."""
