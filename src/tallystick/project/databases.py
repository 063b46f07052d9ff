"""Django's ``DATABASES`` entry from the configuration: SQLite in the data directory, or PostgreSQL by URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tallystick.project.config import Config
from tallystick.project.config_sources import ConfigError

CONNECTION_AGE_SECONDS = 60


def database_settings(config: Config) -> dict[str, Any]:
    """The entry for the main database. Raises ConfigError for a URL that is neither PostgreSQL nor SQLite."""
    if config.database_url is None:
        return _sqlite(config.sqlite_path, config)
    url = urlsplit(config.database_url)
    if url.scheme in {"postgres", "postgresql"}:
        return _postgresql(config.database_url)
    if url.scheme == "sqlite" and url.path:
        return _sqlite(Path(unquote(url.path)), config)
    raise ConfigError(
        f"`database_url` begins with {url.scheme or 'nothing'}://, but Tallystick knows postgres:// and sqlite:///."
    )


def _sqlite(path: Path, config: Config) -> dict[str, Any]:
    return {
        "ENGINE": "tallystick.foundation.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": CONNECTION_AGE_SECONDS,
        "OPTIONS": {"timeout": config.database_timeout_seconds},
    }


def _postgresql(text: str) -> dict[str, Any]:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise ConfigError(f"`database_url` cannot be read: {error}.") from None
    name = unquote(url.path.lstrip("/"))
    if not name:
        raise ConfigError("`database_url` names no database: postgres://user:password@host:port/NAME.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": port or "",
        "CONN_MAX_AGE": CONNECTION_AGE_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        # A socket directory is given as ?host=/var/run/postgresql, as libpq does.
        **({"HOST": options.pop("host")} if "host" in (options := dict(parse_qsl(url.query))) else {}),
        "OPTIONS": options,
    }
