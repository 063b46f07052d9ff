"""How a row is named from elsewhere, by its id or its handle; and the form field that takes such a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tallystick.kit import ids

Row = TypeVar("Row", bound=models.Model)

MOST_CHOICES: Final = 200
"""More rows than this are not offered to choose from, but searched for by what is typed."""


_REMEMBERED: ContextVar[dict[tuple[str, str], Any] | None] = ContextVar("remembered", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Inside, a field looks for the same row once: for files, whose lines name the same few rows again and again."""
    token = _REMEMBERED.set({})
    try:
        yield
    finally:
        _REMEMBERED.reset(token)


def handle_of(named: Any) -> str:
    """The handle of a row, or the text itself."""
    return named if isinstance(named, str) else cast("str", named.handle)


@dataclass(frozen=True, slots=True)
class Reference(Generic[Row]):
    """Rows of one kind, as others name them.

    prefix: of their ids. columns: the columns whose values, joined by `/`, are the handle. rows: all of them in the
    brand in scope, with whatever their handles need. live: what can be chosen of them. called: what people call one.
    """

    prefix: str
    columns: tuple[str, ...]
    rows: Callable[[], models.QuerySet[Row]]
    live: Callable[[models.QuerySet[Row]], models.QuerySet[Row]] = lambda rows: rows
    called: Callable[[Row], str] = str

    def find(self, text: str) -> Row | None:
        """The row with an id or a handle, else None."""
        if text.startswith(f"{self.prefix}_"):
            try:
                return self.rows().filter(id=ids.read(text)[1]).first()
            except ids.BadId:
                pass  # a handle may begin like an id
        parts = text.split("/")
        if len(parts) != len(self.columns):
            return None
        return self.rows().filter(**dict(zip(self.columns, parts, strict=True))).first()

    def choices(self) -> list[tuple[str, str]]:
        """Handle and name of what can be chosen, by handle; one more than is offered where there are too many."""
        rows = self.live(self.rows()).order_by(*self.columns)[: MOST_CHOICES + 1]
        return [(handle_of(row), _beside(self.called(row), handle_of(row))) for row in rows]

    @property
    def example(self) -> str:
        """What a handle looks like."""
        return "/".join(column.partition("__")[0] for column in self.columns)


def is_live(row: models.Model) -> bool:
    """Whether a row has not been put away."""
    return getattr(row, "archived_at", None) is None


class RowPicker(forms.Widget):
    """A select of the live rows; where there are too many of them, a text with suggestions."""

    template_name = "console/row_picker.html"

    def __init__(self, choices: Callable[[], Sequence[tuple[str, str]]]) -> None:
        super().__init__()
        self.choices = choices

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        offered = list(self.choices())
        context["is_select"] = len(offered) <= MOST_CHOICES
        offered = offered[:MOST_CHOICES]
        chosen = context["widget"]["value"] or ""
        if chosen and chosen not in dict(offered):
            offered.insert(0, (chosen, chosen))
        context["offered"] = offered
        return context


class RowField(forms.CharField):
    """Takes the id or the handle of a row; its value is the row, or None where nothing is said.

    noun: what such a row is called.
    """

    def __init__(self, reference: Reference[Any], *, noun: str | Promise, **options: Any) -> None:
        super().__init__(max_length=200, widget=RowPicker(reference.choices), **options)
        self.reference = reference
        self.noun = noun

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        row = self._row(text)
        if row is None:
            raise ValidationError(
                _("There is no %(noun)s “%(text)s”. Write its id or its name in files, such as %(example)s."),
                code="unknown",
                params={"noun": self.noun, "text": text, "example": self.reference.example},
            )
        return row

    def _row(self, text: str) -> Any:
        known, name = _REMEMBERED.get(), (self.reference.prefix, text)
        if known is None:
            return self.reference.find(text)
        if name not in known:
            known[name] = self.reference.find(text)
        return known[name]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")


def _beside(name: str, handle: str) -> str:
    return name if name == handle else f"{name} ({handle})"
