"""The settings, from `ONRECORD_…` variables or given in Python."""

import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from index.embedding.embedder import PACKAGED
from index.errors import SettingsError

PREFIX = "ONRECORD_"

_Origin = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$", to_lower=True)]
_Hostname = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$", to_lower=True)]


def _listed(value: object) -> object:
    return [part for part in re.split(r"[\s,]+", value) if part] if isinstance(value, str) else value


class Settings(BaseModel):
    """All settings and their defaults. Each can be set in the environment: `index_dir` by `ONRECORD_INDEX_DIR`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index_dir: Path = Field(Path("data"), description="the folder that holds the articles")
    embedding_model: str = Field(
        PACKAGED, min_length=1, description="a sentence-transformers model, or `words` for none"
    )
    llm: str = Field("", description="a chat model that writes the answers, as `ollama:…` or `openai:…`; empty: none")
    llm_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+(/\S*)?)?$",
        description="where the chat model is served, as http://127.0.0.1:8080/v1",
    )
    llm_seconds: float = Field(
        120, gt=0, le=3600, description="the seconds the chat model may take to its first word, and between words"
    )
    unsupported: Literal["omit", "flag"] = Field(
        "omit", description="what is done with a chat model's sentence that no passage supports: `omit` or `flag`"
    )
    passages: int = Field(12, ge=1, le=30, description="how many passages are read for an answer")
    minimum_score: float = Field(0.35, ge=0, le=1, description="the odds at which a sentence answers; below: refused")
    chroma_url: str = Field(
        "", pattern=r"^(https?://[^\s/]+)?$", description="a Chroma server for the vectors, as http://127.0.0.1:8000"
    )
    fetch_hosts: Annotated[tuple[_Hostname, ...], BeforeValidator(_listed)] = Field(
        (), description="the hosts that pages may be read from although their addresses aren't public"
    )
    host: str = Field("127.0.0.1", description="the address at which the chat is served")
    port: int = Field(7860, ge=1, le=65535, description="the port at which the chat is served")
    hostnames: Annotated[tuple[_Hostname, ...], BeforeValidator(_listed)] = Field(
        (), description="the names by which browsers reach it, besides localhost"
    )
    root_path: str = Field("", pattern=r"^(/[\w.~-]+)*$", description="the path at which a proxy serves it, as /news")
    origins: Annotated[tuple[_Origin, ...], BeforeValidator(_listed)] = Field(
        (), description="the origins whose pages may embed the chat, as https://intranet.example.org"
    )
    anonymous: bool = Field(False, description="whether whoever reaches a public address may ask")
    user_header: str = Field("", pattern=r"^[\w-]*$", description="the header that names who is signed in at the proxy")
    proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_listed)] = Field(
        (), description="the addresses of proxies whose headers are believed"
    )
    quota: str = Field(
        "20/minute;200/hour",
        pattern=r"^\d+/(second|minute|hour|day)(;\d+/(second|minute|hour|day))*$",
        description="how many questions a visitor may ask",
    )
    admin_hash: str = Field(
        "", description="the hash of the secret for /admin, from `onrecord secret`; empty: no /admin"
    )
    log_questions: bool = Field(False, description="whether questions are written to the log")

    @field_validator("llm_url")
    @classmethod
    def _has_a_model(cls, url: str, info: ValidationInfo) -> str:
        if url and not info.data.get("llm"):
            raise PydanticCustomError("no_model", "Set ONRECORD_LLM with it, as `openai:NAME`")
        return url

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
    name = PREFIX + str(first["loc"][0]).upper()
    if first["type"] == "extra_forbidden":
        known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
        return f"{name} is not a setting. The settings are {known}."
    wanted = Settings.model_fields[str(first["loc"][0])].description
    return f"{name} is {first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}. It is {wanted}."
