"""The configuration in force, setting by setting, and where each value came from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from tallystick.project.config import Config, is_secret
from tallystick.project.config_sources import TomlSource, config_path, env_variables, secret_variable

Source = Literal["default", "env", "file", "secret file"]
MASK = "********"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force. `value` is masked when it is secret; `where` names the variable or the file."""

    name: str
    value: str
    source: Source
    where: str
    description: str


def explain(config: Config) -> list[Setting]:
    """Every setting of `config` in the order of its definition, with the source that won."""
    in_file = set(TomlSource(Config)())
    rows = []
    for name, field in Config.model_fields.items():
        source, where = _origin(name, field, in_file)
        value = _shown(name, getattr(config, name))
        rows.append(Setting(name, value, source, where, field.description or ""))
    return rows


def _origin(name: str, field: FieldInfo, in_file: set[str]) -> tuple[Source, str]:
    for variable in env_variables(field, name):
        if os.environ.get(variable):
            return "env", variable
    if secret_file := secret_variable(field, name):
        return "secret file", secret_file
    if name in in_file:
        return "file", str(config_path())
    return "default", ""


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return MASK
    return _without_password(str(value)) if is_secret(name) else str(value)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql", "sqlite"}:
        return MASK
    # A password may also stand in the query (`?password=…`), so that is left out too.
    return parts._replace(netloc=_mask_netloc(parts.netloc), query="").geturl()


def _mask_netloc(netloc: str) -> str:
    credentials, at, host = netloc.rpartition("@")
    user, colon, _ = credentials.partition(":")
    return f"{user}:{MASK}@{host}" if colon else f"{credentials}{at}{host}"
