"""How a row that people keep is opened, changed, put away and taken out again: one way for all of them.

Each verb writes the row, the line of the audit trail and the announcement in one transaction, and nothing where nothing
changes. The services of programs and partnerships say what is particular to their nouns and leave the rest to this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.outbox.services import announce
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.programs.values import check, said_of

Row = TypeVar("Row", bound=models.Model)
Changes = Mapping[str, tuple[Any, Any]]


class KeyTaken(Foreseen):
    """A key that another row of its kind has; the message names it."""

    exit = Exit.REFUSED


def keep_new(row: Row, *, by: Actor) -> Row:
    """Write a row that is new, and that it was opened. Raises BadValue; KeyTaken where another one has its key."""
    check(row)
    with transaction.atomic():
        _refuse_taken(row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            _refuse_taken(row)  # somebody was quicker
            raise
        note(row, "opened", by=by, changes={name: (None, value) for name, value in said_of(row).items()})
    return row


def keep_changed(row: Row, *, by: Actor, said: Mapping[str, Any]) -> Row:
    """Give a row other values, and write down what was before and after; nothing where nothing differs.

    said: field → value. Returns the row as it stands then. Raises BadValue.
    """
    with transaction.atomic():
        now = locked(row)
        before = said_of(now)
        for name, value in said.items():
            setattr(now, name, value)
        check(now)
        after = said_of(now)
        changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
        if changes:
            manager = type(now)._default_manager
            manager.filter(pk=now.pk).update(**{name: getattr(now, name) for name in changes})
            note(now, "changed", by=by, changes=changes)
    return now


def locked(row: Row) -> Row:
    """The row as it stands, held until the transaction ends. Whoever only refers to it need not wait."""
    return type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)


def note(row: Any, done: str, *, by: Actor, changes: Changes, reason: str = "") -> None:
    """Write the line of the audit trail (`partner.opened`) and announce it, in the transaction that does it."""
    subject = Subject(row.prefix, row.id, row.handle)
    record(Act(f"{row.noun}.{done}", subject, by=by, changes=changes, reason=reason))
    body = {"handle": row.handle, "changed": sorted(changes)}
    announce(f"{row.noun}.{done}", subject=subject.text, body=body)


def _refuse_taken(row: Any) -> None:
    for same in _must_be_unique(row):
        other = type(row).objects.filter(**same).exclude(pk=row.pk).first()
        if other is None:
            continue
        if getattr(other, "archived_at", None):
            message = (
                "there is already a %(noun)s %(handle)r, in the archive; restore it or choose another key"
            )
        else:
            message = "there is already a %(noun)s %(handle)r; choose another key"
        raise KeyTaken(message, noun=row.noun, handle=other.handle, field="key")


def _must_be_unique(row: Any) -> Iterator[dict[str, Any]]:
    """The values of a row that no other row of its kind may have together. Its brand is the one in scope."""
    for constraint in row._meta.total_unique_constraints:
        yield {name: getattr(row, name) for name in constraint.fields if name != "brand"}
    for field in row._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield {field.name: getattr(row, field.name)}
