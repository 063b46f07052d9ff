"""Where settings come from besides the environment: secret files and one TOML file."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from tallystick.kit.errors import Exit, Foreseen

FILE_NAME = "tallystick.toml"
FILE_VARIABLE = "TALLYSTICK_CONFIG"


class ConfigError(Foreseen):
    """The configuration cannot be used; the text says which setting and why."""

    exit = Exit.USAGE


class SecretFileSource(PydanticBaseSettingsSource):
    """Secret settings from the files that ``TALLYSTICK_<NAME>_FILE`` names, as Docker gives them."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = secret_variable(field, field_name)
        if variable is None:
            return None, field_name, False
        path = Path(os.environ[variable])
        try:
            return path.read_text("utf-8").strip(), field_name, False
        except OSError as error:
            raise ConfigError(f"{variable} names {path}, which cannot be read: {error.strerror}.") from None

    def __call__(self) -> dict[str, Any]:
        found = ((name, self.get_field_value(field, name)[0]) for name, field in _fields(self.settings_cls))
        return {name: value for name, value in found if value is not None}


class TomlSource(PydanticBaseSettingsSource):
    """Values from the one TOML file; the whole file is refused when it holds a name that is no setting."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        path = config_path()
        if path is None:
            return {}
        values = _read_toml(path)
        for key in values:
            _require_known(key, path, list(self.settings_cls.model_fields))
        if isinstance(directory := values.get("data_dir"), str):
            values["data_dir"] = path.parent / Path(directory).expanduser()
        return values


def config_path() -> Path | None:
    """The TOML file in force, or None. Raises ConfigError when one is named that does not exist."""
    if named := os.environ.get(FILE_VARIABLE):
        path = Path(named).expanduser().absolute()
        if not path.is_file():
            raise ConfigError(f"There is no file {path}, which --config or {FILE_VARIABLE} names.")
        return path
    path = Path(FILE_NAME).absolute()
    return path if path.is_file() else None


def env_variables(field: FieldInfo, name: str) -> list[str]:
    """The environment variables that set a field, in order of precedence."""
    alias = field.validation_alias
    choices = getattr(alias, "choices", None)
    return [str(choice) for choice in choices] if choices else [f"TALLYSTICK_{name.upper()}"]


def secret_variable(field: FieldInfo, name: str) -> str | None:
    """The ``…_FILE`` variable that is set for a secret field, or None.

    Raises ConfigError when the value itself is set as well: two answers to one question.
    """
    extra = field.json_schema_extra
    if not (isinstance(extra, dict) and extra.get("secret")):
        return None
    for variable in env_variables(field, name):
        if os.environ.get(f"{variable}_FILE"):
            if os.environ.get(variable):
                raise ConfigError(f"{variable} and {variable}_FILE are both set. Keep one of them.")
            return f"{variable}_FILE"
    return None


def _fields(settings: type[BaseSettings]) -> list[tuple[str, FieldInfo]]:
    return list(settings.model_fields.items())


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None


def _require_known(key: str, path: Path, known: list[str]) -> None:
    if key in known:
        return
    nearest = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.5)
    advice = f"Did you mean `{nearest[0]}`?" if nearest else f"The settings are: {', '.join(known)}."
    raise ConfigError(f"{path}: `{key}` is not a setting. {advice}")
