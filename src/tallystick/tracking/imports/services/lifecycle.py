"""What a person does to an import: say what its columns mean, start it, stop it, go on, throw it away. IMPORT-LIFE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.kit import clock
from tallystick.kit.delimited import BadFile
from tallystick.partners.programs.queries import find_program
from tallystick.tracking.events.mapping.checks import columns_of, read_mapping
from tallystick.tracking.events.mapping.form import BadMapping
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.services import publish_mapping
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import there
from tallystick.tracking.imports.reading.source import is_events, open_source
from tallystick.tracking.imports.rules.steps import State, StepRefused, refuse_unless
from tallystick.tracking.imports.services import files

MAPPING_CHARS = 200_000


def write_mapping(row: Import, *, text: str, by: Actor, preset: str = "") -> Import:
    """Keep what the columns are to mean, as it is being edited. Empty: the file holds canonical events.

    preset: the key of the one that the text was made of, if it was.
    A text that is no mapping yet is kept, too, and then BadMapping says where it is wrong. One that is too long or no
    text is not kept. Raises StepRefused once the import was started.
    """
    row = there(row)
    refuse_unless("map", row.state, name=row.name)
    _refuse_unkeepable(text)
    editable = Import.objects.filter(id=row.id, state__in=(State.UPLOADING, State.ARRIVED))
    editable.update(mapping_text=text, preset=preset)
    if text.strip():
        editable.update(mapping_name=read_mapping(text).name)
    return there(row)


def written_mapping(row: Import) -> RowMapping | None:
    """What the columns are to mean, as it is written now; None for canonical events. Raises BadMapping."""
    return read_mapping(row.mapping_text) if row.mapping_text.strip() else None


def start(row: Import, *, by: Actor) -> Import:
    """Begin an import: its mapping is published, and it waits for its turn.

    Its rows are of this instant, also those that come after an interruption. Raises BadFile where the file cannot be
    read with this mapping, BadMapping, NotThere for a program that is not there, StepRefused; nothing is kept then.
    """
    row = there(row)
    refuse_unless("start", row.state, name=row.name)
    mapping = written_mapping(row)
    if mapping is not None and mapping.program is not None:
        find_program(mapping.program)
    said: dict[str, Any] = {"format": _format(row, mapping), "received_at": clock.now()}
    with transaction.atomic():
        if mapping is not None:
            saved = publish_mapping(name=mapping.name, text=row.mapping_text, by=by)
            said |= {"mapping_name": saved.name, "mapping_version": saved.version}
        _step(row, State.ARRIVED, mapping_text=row.mapping_text, to=State.QUEUED, said=said)
        _tell("import.started", row, by=by)
    return there(row)


def stop(row: Import, *, by: Actor) -> Import:
    """Let an import rest. What is at work on it ends with its step; what was received stays. Raises StepRefused."""
    row = there(row)
    refuse_unless("stop", row.state, name=row.name)
    with transaction.atomic():
        _step(row, row.state, to=State.STOPPED, said={"ended_at": clock.now(), "is_paused": False})
        _tell("import.stopped", row, by=by)
    return there(row)


def resume(row: Import, *, by: Actor) -> Import:
    """Let an import go on where it stood when it was stopped or failed. Raises StepRefused, BytesGone."""
    row = there(row)
    refuse_unless("resume", row.state, name=row.name)
    files.path_of(row)
    with transaction.atomic():
        _step(row, row.state, to=State.QUEUED, said={"error": "", "ended_at": None})
        _tell("import.resumed", row, by=by)
    return there(row)


def discard(row: Import, *, by: Actor) -> None:
    """Throw an import away of which nothing was received, and the copy of its file. Raises StepRefused."""
    row = there(row)
    refuse_unless("discard", row.state, name=row.name)
    with transaction.atomic():
        untouched = Import.objects.filter(id=row.id, state=row.state, receipts=0, held_until__isnull=True)
        if not untouched.delete()[0]:
            raise StepRefused(
                "Rows of %(name)s have been received, and what was received is kept. Stop it, and leave it as it is.",
                name=row.name,
            )
        _tell("import.discarded", row, by=by)
    # Not before it is certain: whoever calls may still take everything back.
    transaction.on_commit(lambda: files.delete(row))


def _format(row: Import, mapping: RowMapping | None) -> str:
    """What sort of file it is, if its columns are those that the mapping reads."""
    path = files.refuse_changed(row)
    if mapping is None:
        if not is_events(path, name=row.name):
            raise BadFile(
                "Nobody has said yet what the columns of %(name)s mean. Write a mapping first: only a file of whole "
                "events needs none.",
                name=row.name,
            )
        return "ndjson"
    with open_source(path, name=row.name, reading=mapping.reading, needed=columns_of(mapping)) as source:
        return source.format


def _refuse_unkeepable(text: str) -> None:
    if len(text) > MAPPING_CHARS:
        raise BadMapping(
            "The mapping has %(size)s characters; it may have %(most)s.", size=len(text), most=MAPPING_CHARS
        )
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise BadMapping(
            "The mapping holds half of a character at place %(at)s.", at=wrong.start + 1
        ) from wrong
    if "\0" in text:
        raise BadMapping("The mapping holds a NUL character at place %(at)s.", at=text.index("\0") + 1)


def _step(row: Import, state: str, *, to: State, said: Mapping[str, Any], **unchanged: Any) -> None:
    """Lead an import on from a state, unless somebody else did meanwhile. Raises StepRefused then."""
    if not Import.objects.filter(id=row.id, state=state, **unchanged).update(state=to, **said):
        raise StepRefused("Somebody else has just changed %(name)s. Look at it again.", name=row.name)


def _tell(act: str, row: Import, *, by: Actor) -> None:
    record(Act(act, Subject("imp", row.id, row.name), by=by))
