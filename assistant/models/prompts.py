"""Prompts, from the Markdown files in `prompts/`."""

from importlib.resources import files
from string import Template


def fill(name: str, **variables: str) -> str:
    """The prompt `prompts/NAME.md` with its `$variables` filled in. Raises ValueError unless just these are given."""
    template = Template((files("prompts") / f"{name}.md").read_text("utf-8"))
    wanted = set(template.get_identifiers())
    if wanted != set(variables):
        raise ValueError(f"The prompt {name} has the variables {sorted(wanted)}, and was given {sorted(variables)}.")
    return template.substitute(variables)
