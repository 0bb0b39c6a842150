"""Conversation: follow-up questions made whole."""
