"""The settings, from `ONRECORD_…` variables or given in Python."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.embed import PACKAGED
from index.errors import SettingsError

PREFIX = "ONRECORD_"


class Settings(BaseModel):
    """All settings and their defaults. Each can be set in the environment: `index_dir` by `ONRECORD_INDEX_DIR`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index_dir: Path = Field(Path("data"), description="the folder that holds the articles")
    embedding_model: str = Field(
        PACKAGED, min_length=1, description="a sentence-transformers model, or `words` for none"
    )
    llm: str = Field("", description="a chat model that writes the answers, as `ollama:…` or `openai:…`; empty: none")
    passages: int = Field(12, ge=1, le=30, description="how many passages are read for an answer")
    minimum_score: float = Field(0.4, ge=0, le=1, description="the odds at which a sentence answers; below: refused")
    host: str = Field("127.0.0.1", description="the address at which the chat is served")
    port: int = Field(7860, ge=1, le=65535, description="the port at which the chat is served")

    def __init__(self, **values: Any) -> None:  # noqa: ANN401
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_one_line(error)) from error

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> "Settings":  # noqa: ANN401
        """The settings that the environment names, with those `given` in their place. Raises SettingsError."""
        named = {name[len(PREFIX) :].lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
        return cls(**named | given)


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    name = PREFIX + ".".join(map(str, first["loc"])).upper()
    if first["type"] == "extra_forbidden":
        known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
        return f"{name} is not a setting. The settings are {known}."
    return f"{name} is {first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}."
