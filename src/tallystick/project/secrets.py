"""The key that signs what browsers hand back: configured, or generated once and kept on disk."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tallystick.project.config import SECRET_KEY_CHARACTERS, Config
from tallystick.project.config_sources import ConfigError

KEY_BYTES = 48
OWNER_ONLY = 0o600


def secret_key(config: Config) -> str:
    """The configured key, or the generated one, made now if there is none yet.

    Two processes that start together get the same key. Raises ConfigError when the file cannot be kept.
    """
    if config.secret_key is not None:
        return config.secret_key.get_secret_value()
    path = config.secret_key_path
    try:
        if not path.exists():
            _create(path)
        key = path.read_text("utf-8").strip()
    except OSError as error:
        raise ConfigError(f"The secret key {path} cannot be kept: {error.strerror}.") from None
    if len(key) < SECRET_KEY_CHARACTERS:
        raise ConfigError(f"The secret key in {path} is too short. Delete the file to have a new one made.")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, unlike a rename, never replaces the key that another process made meanwhile.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
