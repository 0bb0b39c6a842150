"""Prompts, from the Markdown files in `prompts/`."""

from importlib.resources import files
from string import Template


def fill_prompt(name: str, **variables: str) -> str:
    """Return the prompt `prompts/NAME.md` with its `$variables` filled in.

    Raises ValueError unless exactly its variables are given.
    """
    template = Template((files("prompts") / f"{name}.md").read_text("utf-8"))
    needed = set(template.get_identifiers())
    if needed != set(variables):
        raise ValueError(f"The prompt {name} needs the variables {sorted(needed)}, but got {sorted(variables)}.")
    return template.substitute(variables)
