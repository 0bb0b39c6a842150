"""Reads the word lists and tables that are installed beside the code."""

from importlib.resources import files


def word_list(package: str, name: str) -> list[str]:
    """Return the lines of a file in a package, without empty lines and comments that begin with "#"."""
    lines = (files(package) / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
