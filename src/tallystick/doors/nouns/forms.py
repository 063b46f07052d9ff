"""The form of a noun: the one reader of what a browser, a file, a command and an API send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors.nouns.references import RowField, handle_of, is_live


def whole_unicode(text: str) -> None:
    """Raise ValidationError for half of a pair of surrogates, which JSON can write and no database keeps."""
    try:
        str(text).encode()
    except UnicodeEncodeError:
        raise ValidationError(
            _("This text holds a character that is only half there. Type it again.")
        ) from None


class NounForm(forms.Form):
    """The form of a noun, which knows the row it is about to change.

    initial: what the row is, as texts or JSON values; empty for a new one. fixed: fields that cannot change.
    """

    def __init__(
        self, given: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any], fixed: Sequence[str] = ()
    ) -> None:
        super().__init__(given, initial=dict(initial))
        self.fixed = tuple(fixed)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.append(whole_unicode)

    def clean(self) -> dict[str, Any]:
        """Refuse another value of a fixed field, and a choice of what has been put away."""
        cleaned = self.cleaned_data
        for name in [*cleaned]:
            if name in self.fixed and _plain(cleaned[name]) != _plain(self.initial[name]):
                self.add_error(name, _("This stays what it is: “%(value)s”.") % {"value": self.initial[name]})
            elif isinstance(self.fields[name], RowField):
                self._refuse_put_away(name, cleaned[name])
        return cleaned

    def _refuse_put_away(self, name: str, row: Any) -> None:
        if row is not None and not is_live(row) and handle_of(row) != self.initial.get(name):
            said = _("“%(row)s” is archived. Restore it, or choose another.")
            self.add_error(name, said % {"row": handle_of(row)})


def _plain(value: Any) -> str:
    return "" if value is None else handle_of(value) if hasattr(value, "handle") else str(value)


class KeyField(forms.SlugField):
    """A name in addresses, files and commands: letters, digits, hyphens, underscores."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": gettext_lazy(
            "A key has letters without accents, digits, hyphens and underscores, nothing else."
        )
    }

    def __init__(self, *, max_length: int = 60, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Key"))
        help_text = options.pop(
            "help_text", gettext_lazy("How it is named in addresses and files. Stays as it is.")
        )
        super().__init__(max_length=max_length, help_text=help_text, **options)


class OneOf(forms.ChoiceField):
    """One of a few words."""

    def validate(self, value: Any) -> None:
        """Raise ValidationError for another word, and say which there are."""
        forms.Field.validate(self, value)
        if value and not self.valid_value(value):
            known = ", ".join(
                str(key) for key, _label in cast("list[tuple[str, object]]", self.choices) if key
            )
            raise ValidationError(
                _("“%(value)s” is none of: %(known)s."),
                code="invalid_choice",
                params={"value": value, "known": known},
            )


class LongText(forms.CharField):
    """A text of several lines, whose line ends are the same whoever sends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), **options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class DayField(forms.DateField):
    """A calendar day, written 2026-03-31 by everybody; browsers offer a calendar."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": gettext_lazy("Write the day as year, month and day, such as 2026-03-31.")
    }

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **options)
