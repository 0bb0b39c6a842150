"""The settings: read from environment variables `ONRECORD_…`, or given in Python."""

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
from index.remarks.parser import DEFAULT_PARSER

PREFIX = "ONRECORD_"

OWN_MODEL, NO_MODEL = "onrecord", "none"
"""Values of `reranking_model` and `support_model` that aren't the name of a model."""

_Origin = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$", to_lower=True)]
_Hostname = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$", to_lower=True)]


def _split_list(value: object) -> object:
    """Return the parts of a text that are separated by spaces or commas; other values as they are."""
    return [part for part in re.split(r"[\s,]+", value) if part] if isinstance(value, str) else value


class Settings(BaseModel):
    """All settings with their defaults. The environment variable of `index_dir` is `ONRECORD_INDEX_DIR`, and so on.

    A description completes the sentence "It sets …" in the message for a wrong value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    index_dir: Path = Field(Path("data"), description="the folder in which articles and index are kept")
    embedding_model: str = Field(
        PACKAGED,
        min_length=1,
        description="the embedding model: a sentence-transformers model, or `words` for word counts instead",
    )
    parser: str = Field(
        DEFAULT_PARSER,
        min_length=1,
        description="the spaCy pipeline that finds who said what: a package or a folder, or `none` to do without",
    )
    reranking_model: str = Field(
        OWN_MODEL,
        min_length=1,
        description="what ranks the passages found: `onrecord`, `none`, or a cross-encoder by name or folder",
    )
    support_model: str = Field(
        OWN_MODEL,
        min_length=1,
        description="what judges whether a written sentence is supported: `onrecord`, `none` for rules alone, or a "
        "cross-encoder by name or folder",
    )
    llm: str = Field(
        "", description="the chat model that writes the answers, such as `ollama:llama3.2`; if empty, quotations answer"
    )
    llm_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+(/\S*)?)?$",
        description="the address of the chat model's server, such as http://127.0.0.1:8080/v1",
    )
    llm_seconds: float = Field(
        120,
        gt=0,
        le=3600,
        description="the seconds the chat model may take until its first word, and between two words",
    )
    unsupported: Literal["omit", "flag"] = Field(
        "omit", description="what happens to a sentence of the chat model that no passage supports: `omit` or `flag`"
    )
    passages: int = Field(12, ge=1, le=30, description="how many passages are read for an answer")
    minimum_score: float = Field(
        0.3, ge=0, le=1, description="the lowest score, from 0 to 1, at which a sentence counts as an answer"
    )
    chroma_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+)?$",
        description="the address of a Chroma server that keeps the vectors, such as http://127.0.0.1:8000",
    )
    fetch_hosts: Annotated[tuple[_Hostname, ...], BeforeValidator(_split_list)] = Field(
        (), description="the hosts from which pages may be fetched although their addresses aren't public"
    )
    host: str = Field("127.0.0.1", description="the address on which the chat listens")
    port: int = Field(7860, ge=1, le=65535, description="the port on which the chat listens")
    hostnames: Annotated[tuple[_Hostname, ...], BeforeValidator(_split_list)] = Field(
        (), description="the host names by which browsers reach the chat, besides localhost"
    )
    root_path: str = Field(
        "", pattern=r"^(/[\w.~-]+)*$", description="the path at which a proxy serves the chat, such as /news"
    )
    origins: Annotated[tuple[_Origin, ...], BeforeValidator(_split_list)] = Field(
        (), description="the origins whose pages may embed the chat, such as https://intranet.example.org"
    )
    anonymous: bool = Field(False, description="whether people may ask without being signed in: `yes` or `no`")
    user_header: str = Field(
        "", pattern=r"^[\w-]*$", description="the header in which the proxy names the signed-in user"
    )
    proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_split_list)] = Field(
        (), description="the addresses or networks of trusted proxies, such as 127.0.0.1 or 10.0.0.0/8"
    )
    quota: str = Field(
        "20/minute;200/hour",
        pattern=r"^\d+/(second|minute|hour|day)(;\d+/(second|minute|hour|day))*$",
        description="how many questions a visitor may ask, such as 20/minute;200/hour",
    )
    admin_hash: str = Field(
        "",
        description="the hash of the secret that opens /admin, made by `onrecord secret`; if empty, there is no /admin",
    )
    log_questions: bool = Field(False, description="whether questions are written to the log: `yes` or `no`")

    @field_validator("llm_url")
    @classmethod
    def _require_model(cls, url: str, info: ValidationInfo) -> str:
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
        """Return the settings in the environment; those `given` override them. Raises SettingsError."""
        named = {name[len(PREFIX) :].lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
        return cls(**named | given)


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    name = PREFIX + str(first["loc"][0]).upper()
    if first["type"] == "extra_forbidden":
        known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
        return f"{name} is not a setting. The settings are {known}."
    description = Settings.model_fields[str(first["loc"][0])].description
    return f"{name} is {first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}. It sets {description}."
