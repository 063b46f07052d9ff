"""What is said of a row, checked before the database sees it, and said again for the audit trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.letters import is_plain
from tallystick.partners.programs.rules import is_key, why_not_address

UNSAID = frozenset({"id", "brand", "created_at", "archived_at"})
"""Fields that nobody says of a row."""


class BadValue(Foreseen, ValueError):
    """Something said of a row that cannot be kept; `values["field"]` names the field, the message what to write."""

    exit = Exit.USAGE


def check(row: Any) -> None:
    """Raise BadValue for a text that its column cannot keep. Texts lose the spaces around them."""
    for field in row._meta.concrete_fields:
        text = getattr(row, field.attname)
        if isinstance(field, models.CharField | models.TextField) and text is not None:
            setattr(row, field.attname, _checked(field, str(text).strip()))


def said_of(row: Any) -> dict[str, Any]:
    """What people say of a row, as JSON values: of what it points to, the handle."""
    fields = (field.name for field in row._meta.concrete_fields)
    return {name: plain_value(getattr(row, name)) for name in fields if name not in UNSAID}


def plain_value(value: Any) -> Any:
    """A value as JSON: a day or an instant as ISO 8601, a row as its handle."""
    return value.isoformat() if isinstance(value, date) else getattr(value, "handle", value)


def _checked(field: Any, text: str) -> str:
    if isinstance(field, models.TextField):
        text = text.replace("\r\n", "\n")
    name, letters = field.name, text.replace("\n", "") if isinstance(field, models.TextField) else text
    if not is_plain(letters):
        raise BadValue("`%(field)s` holds a control character; write it as plain text", field=name)
    if not text and not field.blank:
        raise BadValue("`%(field)s` is empty; it must say something", field=name)
    if field.max_length and len(text) > field.max_length:
        raise BadValue(
            "`%(field)s` has %(length)d characters; it may have %(most)d",
            field=name,
            length=len(text),
            most=field.max_length,
        )
    if text:
        _refuse_unlike(field, text)
    return text


def _refuse_unlike(field: Any, text: str) -> None:
    """Raise BadValue for a text that is not of the kind the field holds: a key, one of a few, an address."""
    match field:
        case models.SlugField() if not is_key(text):
            raise BadValue(
                "`%(field)s` is %(text)r; a key has 1 to 60 letters a–z, digits, hyphens and underscores, "
                "a letter or a digit first",
                field=field.name,
                text=text,
            )
        case models.URLField() if wrong := why_not_address(text):
            raise BadValue(
                "`%(field)s` is %(text)r: %(wrong)s; write an address such as https://shop.example/",
                field=field.name,
                text=text,
                wrong=wrong,
            )
        case models.EmailField() if not _is_email(text):
            raise BadValue("`%(field)s` is %(text)r, which is no e-mail address", field=field.name, text=text)
        case models.CharField(choices=choices) if choices and text not in dict(field.flatchoices):
            raise BadValue(
                "`%(field)s` is %(text)r; it can be: %(known)s",
                field=field.name,
                text=text,
                known=", ".join(str(value) for value, _ in field.flatchoices),
            )


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
