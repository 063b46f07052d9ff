"""Texts for people in modules that know no Django: marked where they stand, translated where they are shown."""

from __future__ import annotations


def translatable(text: str) -> str:
    """The text itself; `scripts.messages` finds it by this mark and puts it before the translators."""
    return text
