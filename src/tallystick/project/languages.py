"""Which languages there are: English, and each for which a compiled catalog lies in `tallystick/locale`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf.locale import LANG_INFO

LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"
ENGLISH: Final = ("en", "English")


def languages(folder: Path = LOCALE) -> list[tuple[str, str]]:
    """Code and own name of each language, English first."""
    catalogs = sorted(folder.glob("*/LC_MESSAGES/django.mo"))
    codes = [_code(catalog.parents[1].name) for catalog in catalogs]
    return [ENGLISH, *((code, _name(code)) for code in codes if code != ENGLISH[0])]


def _code(locale: str) -> str:
    """The code of a language as browsers write it: `pt_BR` → `pt-br`."""
    return locale.replace("_", "-").lower()


def _name(code: str) -> str:
    known = LANG_INFO.get(code, {})
    return str(
        known.get("name_local") or LANG_INFO.get(known.get("fallback", [""])[0], {}).get("name_local", code)
    )
