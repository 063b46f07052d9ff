"""All presets, read from the files beside this one, and those that a file calls for."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from importlib.resources import files
from typing import Final

import msgspec

from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.imports.presets.fitting import Fitted, fit
from tallystick.tracking.imports.presets.form import Header, Preset
from tallystick.tracking.imports.reading.look import Look, Sheet


def read_preset(key: str, text: str) -> Preset:
    """A preset from the text of its file: the mapping, with the tables `[preset]` about it."""
    document = tomllib.loads(text)
    header = msgspec.convert(document.pop("preset"), Header)
    return Preset(key, header, msgspec.convert(document, Mapping))


def presets_for(look: Look, *, today: str) -> list[tuple[Sheet, Fitted]]:
    """The presets that the columns of a file call for, with the sheet that does; those of which most is there first.

    today: the day that a constant is set to where the export names no time.
    """
    found = [
        (sheet, fitted)
        for sheet in look.sheets
        for preset in PRESETS
        if (fitted := fit(preset, sheet.columns, today=today))
    ]
    return sorted(found, key=lambda pair: -pair[1].fit)


def preset_named(key: str) -> Preset | None:
    """The preset with a key."""
    return next((preset for preset in PRESETS if preset.key == key), None)


def platforms() -> Collection[str]:
    """The platforms there are presets for, in order."""
    return dict.fromkeys(preset.platform for preset in PRESETS)


PRESETS: Final = tuple(
    read_preset(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"))
    for file in sorted(files("tallystick.tracking.imports.presets").iterdir(), key=lambda file: file.name)
    if file.name.endswith(".toml")
)
"""Every preset, by the names of their files."""
