"""Evaluation: scores the assistant on a file of questions."""
