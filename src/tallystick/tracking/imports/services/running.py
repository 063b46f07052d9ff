"""The rows of an import become receipts, step by step, exactly once however often that is interrupted. IMPORT-RUN.

A step appends receipts to the store and then writes down how far it is. Killed between the two, the step is made again:
the receipts have the same ids, so the store knows them and gives the same answers, and they are counted once. What was
counted is read again and passed over, which makes the same receipts of the rows after it.

Whoever drives an import (`receiving`) is asked back after every step: so a worker has several at hand (`in_turn`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice

import structlog

from tallystick.kit.delimited import BadFile
from tallystick.kit.errors import Foreseen
from tallystick.kit.failpoints import reach
from tallystick.tracking.events.mapping.checks import columns_of, read_mapping
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.events.models import Mapping
from tallystick.tracking.events.series import MOST_RECEIPTS
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import there
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.reading.source import Source, open_source
from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of
from tallystick.tracking.imports.receiving.receive import EVENTS_SOURCE, STEP, append, steps
from tallystick.tracking.imports.services import files
from tallystick.tracking.imports.services.room import Limit, Room, rest
from tallystick.tracking.imports.services.turns import LetGo, Turn, take
from tallystick.tracking.inbox.stores.port import Store

log = structlog.get_logger(__name__)


class _Interrupted(Exception):
    """The worker is asked to end."""


def run(
    row: Import,
    *,
    store: Store,
    stopping: Callable[[], bool] = lambda: False,
    seen: Callable[[int], None] = lambda _rows: None,
    limit: Limit | None = None,
) -> Import:
    """Receive an import whose turn it is, or that somebody else is at, to its end or as far as it goes.

    stopping: asked between steps; then it waits for its turn again. seen: told how many rows every step had. limit:
    how many receipts of the brand may wait for the journey before it pauses; None: any number. Returns the import as
    it stands then: received, failed with the reason, stopped by a person, or with somebody else who took it. Raises
    StepRefused for one that was not started. Not to be called inside a transaction. Identifier: IMPORT-RUN.
    """
    meanwhile = limit.meanwhile if limit else rest
    for has_room in receiving(row, store=store, stopping=stopping, seen=seen, limit=limit):
        if not has_room:
            meanwhile()
    return there(row)


def receiving(
    row: Import,
    *,
    store: Store,
    stopping: Callable[[], bool],
    seen: Callable[[int], None] = lambda _rows: None,
    limit: Limit | None = None,
) -> Iterator[bool]:
    """Receive an import as `run` does, a step at a time: True after a step, False where it is paused for want of room.

    Every step is to be asked for with the import's brand in scope. Its turn stays its own as long as that is done more
    often than every LEASE; later somebody else may take it. Raises StepRefused before the first step.
    """
    turn = take(row)
    try:
        yield from _receive(turn, Room(turn.row.brand_id, store, limit), stopping=stopping, seen=seen)
    except LetGo:
        log.info("import let go", import_=str(row.id))
    except _Interrupted:
        _unless_gone(turn.give_back)
    except BadFile as wrong:
        why = str(wrong)
        _unless_gone(lambda: turn.fail(why, is_counted=True))
    except Exception as wrong:
        log.warning("import failed", import_=str(row.id), exc_info=not isinstance(wrong, Foreseen))
        why = _said(wrong)
        _unless_gone(lambda: turn.fail(why, is_counted=False))


def mapping_of(row: Import) -> RowMapping | None:
    """The mapping with which an import was begun; None for canonical events."""
    if row.mapping_version is None:
        return None
    saved = Mapping.objects.get(name=row.mapping_name, version=row.mapping_version)
    return read_mapping(saved.text)


def _receive(
    turn: Turn, room: Room, *, stopping: Callable[[], bool], seen: Callable[[int], None]
) -> Iterator[bool]:
    row = turn.row
    assert row.received_at is not None
    mapping, path = mapping_of(row), files.refuse_changed(row)
    source_name = mapping.name if mapping else EVENTS_SOURCE
    with open_source(
        path,
        name=row.name,
        reading=mapping.reading if mapping else ReadAs(),
        needed=columns_of(mapping) if mapping else (),
    ) as source:
        rows = _watched(source, turn, stopping)
        arrival = Arrival(row.brand_id, source_name, row.name, row.received_at, row.id, source.is_sparse)
        receipts = receipts_of(rows, arrival, mapping=mapping, scratch=files.scratch())
        # What was answered before is made again, because keys depend on the rows before, and is passed over.
        for passed in range(0, turn.receipts, STEP):
            deque(islice(receipts, min(STEP, turn.receipts - passed)), maxlen=0)
            yield True
        for step in steps(receipts):
            if turn.receipts + len(step) > MOST_RECEIPTS:
                raise BadFile(
                    "%(name)s has more than %(most)s rows, the most that one import holds. Those before are kept; "
                    "split the file and import the rest.",
                    name=row.name,
                    most=f"{MOST_RECEIPTS:,}",
                )
            while not room.has(len(step)):
                if stopping():
                    raise _Interrupted
                turn.pause(read_bytes=source.read_bytes())
                yield False
            received = append(step, store=room.store)
            reach("import.counting")
            turn.count(received, receipts=len(step), read_bytes=source.read_bytes())
            reach("import.counted")
            seen(received.rows)
            yield True
            if stopping():
                raise _Interrupted
        turn.end(read_bytes=source.read_bytes(), skipped=[list(each) for each in source.skipped])
        reach("import.received")


def _watched(source: Source, turn: Turn, stopping: Callable[[], bool]) -> Iterator[Row]:
    """The rows of a file; on the way the turn is kept, also where many are read before one is received."""
    for number, row in enumerate(source.rows, 1):
        if number % STEP == 0:
            if stopping():
                raise _Interrupted
            turn.beat(read_bytes=source.read_bytes())
        yield row


def _unless_gone(said: Callable[[], None]) -> None:
    try:
        said()
    except LetGo:
        log.info("import let go", exc_info=False)


def _said(wrong: Exception) -> str:
    """Why it cannot go on, in a sentence without secrets."""
    if isinstance(wrong, Foreseen):
        return str(wrong)
    why = f": {wrong}" if isinstance(wrong, OSError) else ""
    return (
        f"{type(wrong).__name__}{why}. The rows so far are kept; the log says where it happened. "
        "Resume the import once the cause is mended."
    )
