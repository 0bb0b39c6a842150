"""Answering: from a question and its passages to cited statements."""
