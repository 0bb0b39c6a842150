"""Models: the reading model, chat models and their prompts."""
