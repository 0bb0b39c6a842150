"""Checking: whether articles support a sentence."""
