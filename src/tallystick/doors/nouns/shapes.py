"""What the values, acts and columns of several nouns have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tallystick.doors.nouns.noun import Act, Column, Text
from tallystick.doors.nouns.references import Reference, is_live
from tallystick.kit import ids
from tallystick.partners.programs.models import Archivable
from tallystick.partners.programs.services.archive import archive, restore

LEAVES_THE_LISTS: Final[Text] = _(
    "It leaves the lists and can be chosen nowhere. What it brings is still credited."
)


def live_or_archived() -> list[tuple[str, Text]]:
    """The choices of the filter `state` of what can be put away."""
    return [("live", _("Live")), ("archived", _("Archived"))]


def choices_of(reference: Reference[Any]) -> Callable[[], list[tuple[str, Text]]]:
    """The choices of a filter that names a row: the live ones by handle."""
    return lambda: list(reference.choices())


def about(row: Any, **said: Any) -> dict[str, Any]:
    """The values of a row: its id and handle, what is said of it, whether it is put away, when it was opened."""
    state = {"state": state_of(row)} if isinstance(row, Archivable) else {}
    return {
        "id": ids.show(row.prefix, row.id),
        "handle": row.handle,
        **said,
        **state,
        "created_at": row.created_at.isoformat(timespec="seconds"),
    }


def state_of(row: Archivable) -> str:
    """`live` or `archived`."""
    return "live" if is_live(row) else "archived"


def archive_and_restore(right: str, *, what: Text = LEAVES_THE_LISTS) -> tuple[Act[Any], ...]:
    """The two acts of what can be put away. what: what archiving will do to it."""
    return (
        Act(
            "archive",
            _("Archive"),
            what,
            right,
            run=lambda row, by, _reason: archive(row, by=by),
            fits=is_live,
            is_grave=True,
        ),
        Act(
            "restore",
            _("Restore"),
            _("It is shown in lists and can be chosen again."),
            right,
            run=lambda row, by, _reason: restore(row, by=by),
            fits=lambda row: not is_live(row),
        ),
    )


STATE: Final[Column[Any]] = Column("state", _("State"), "state")
CREATED: Final[Column[Any]] = Column("created_at", _("Since"), "moment", sort="created")


def naming(*, of: str, label: Text, value: str = "", sort: str = "") -> Column[Any]:
    """A column that leads to the row of another noun."""
    return Column(value or of, label, "row", sort=sort, of=of)


def id_of(row: Any | None) -> str | None:
    """The id of a row as doors write it; None for none."""
    return None if row is None else ids.show(row.prefix, row.id)
