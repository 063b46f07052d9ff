"""What would become of a file, said before anything is kept: the dry run. Identifier: IMPORT-TRIAL.

It goes the way of a real import as far as that changes nothing: the same rows, the same receipts, the same verification
against what is known now and against what the file itself would open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import structlog

from tallystick.foundation.scoping import current_brand
from tallystick.kit import clock, ids
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.events.opening_rules import Opening, OpeningBody, sort_of
from tallystick.tracking.events.queries import context as context_now
from tallystick.tracking.events.receipts import Claims, Context, claims_of
from tallystick.tracking.events.wishes import opening_mappings, openings_of
from tallystick.tracking.imports.reading.original import BrokenOff
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.reading.source import open_source
from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of
from tallystick.tracking.imports.receiving.receive import EVENTS_SOURCE
from tallystick.tracking.imports.rules.tally import Counting, Tally, Thing, thing_of
from tallystick.tracking.imports.services import files
from tallystick.tracking.imports.services.answering import Answers, answers, is_repeat
from tallystick.tracking.imports.services.assuming import with_opened
from tallystick.tracking.inbox.queries import uncounted
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.inbox.stores.port import Conflict, Outcome, Store, Stored
from tallystick.tracking.inbox.wire import Receipt

PROBLEMS_SHOWN: Final = 200
OPENINGS_SHOWN: Final = 1_000

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row would wait in quarantine, and where: as quarantine would say it."""

    line: int | None
    column: str
    value: str
    reason: Reason
    detail: str
    fix: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen. problems: the first 200. opens: the first 1,000 partners, links and codes, `partners: Alice`.

    is_whole: whether the whole file was looked at. skipped: members of an archive that would not be read, and why.
    broken: what the import would fail with when these rows were received; empty where the file can be read to its end.
    """

    tally: Tally
    problems: tuple[Problem, ...]
    opens: tuple[str, ...]
    is_whole: bool
    skipped: tuple[tuple[str, str], ...] = ()
    broken: str = ""


def try_out(
    path: Path,
    *,
    name: str = "",
    mapping: RowMapping | None,
    store: Store,
    limit: int | None = None,
    seen: Callable[[int], None] = lambda _rows: None,
) -> Trial:
    """Say what importing a file would do in the brand in scope, and change nothing there.

    name: of the file, where the path does not say it. mapping: None for canonical events. limit: look at so many rows
    only, and at the rest of the last one's group. seen: told how many rows every step had. Once the journey has run,
    and nobody has done anything else meanwhile, the import's tally is this one. Raises BadFile where nothing can be
    read. Identifier: IMPORT-TRIAL.
    """
    trying = _Trying(_File(path, name or path.name, mapping, limit), store)
    context = context_now()
    if mapping is not None:
        context = Context(context.programs, {**context.mappings, mapping.name: mapping})
    trying.learn(context)
    return trying.go(seen)


@dataclass(frozen=True, slots=True)
class _File:
    """The file that is tried out, read anew every time it is asked."""

    path: Path
    name: str
    mapping: RowMapping | None
    limit: int | None

    @contextmanager
    def receipts(self, seen: Callable[[int], None]) -> Iterator[tuple[Iterator[Receipt], _End]]:
        """Its receipts, as those of an import that began now; and what there is to say at their end."""
        mapping, end = self.mapping, _End()
        source_name = mapping.name if mapping else EVENTS_SOURCE
        with open_source(
            self.path,
            name=self.name,
            reading=mapping.reading if mapping else ReadAs(),
            needed=columns_of(mapping) if mapping else (),
        ) as source:
            rows = end.watch(source.rows, self.limit, mapping.group_by if mapping else ())
            arrival = Arrival(
                current_brand(), source_name, self.name, clock.now(), ids.new(), source.is_sparse
            )
            yield receipts_of(rows, arrival, mapping=mapping, scratch=files.scratch()), end
            end.skipped = tuple(source.skipped)


@dataclass(slots=True)
class _End:
    """Whether the rows came to their end, be it one where they break off."""

    is_whole: bool = False
    skipped: tuple[tuple[str, str], ...] = ()
    broken: str = ""

    def until_broken(self, steps: Iterator[T]) -> Iterator[T]:
        """The steps that can be taken; after the last one, `broken` says why there are no more."""
        try:
            yield from steps
        except BrokenOff as wrong:
            self.broken, self.is_whole = str(wrong), True

    def watch(self, rows: Iterator[Row], limit: int | None, group_by: Sequence[str]) -> Iterator[Row]:
        """The first rows, and those behind them that belong to the last one's group: half an order is another order."""
        last: list[str] = []
        for number, row in enumerate(rows):
            group = [row.cells.get(column, "") for column in group_by] if row.cells else []
            if limit is not None and number >= limit and (number >= 2 * limit or not group or group != last):
                return
            last = group
            yield row
        self.is_whole = True


@dataclass(slots=True)
class _Trying:
    """One dry run: what is known, and what has come out so far."""

    file: _File
    store: Store
    context: Context = field(default_factory=lambda: Context({}, {}))
    opening: dict[str, RowMapping] = field(default_factory=dict)
    counting: Counting = field(default_factory=Counting)
    problems: list[tuple[UUID, Problem]] = field(default_factory=list)
    opened: list[Opening] = field(default_factory=list)
    corrected: set[UUID] = field(default_factory=set)

    def learn(self, context: Context) -> None:
        """Find out what the file would open: what is verified afterwards knows it, wherever in the file it stands."""
        self.context = context
        self.opening = opening_mappings(context.mappings)
        if self.file.mapping is None or self.file.mapping.name not in self.opening:
            return
        bodies: dict[OpeningBody, None] = {}
        with (
            self.file.receipts(lambda _rows: None) as (receipts, end),
            answers(self.store, scratch=files.scratch()) as asked,
        ):
            for step in end.until_broken(asked.to(receipts)):
                for receipt, answer in step:
                    if not isinstance(answer, Conflict) and not is_repeat(answer, to=receipt):
                        bodies |= dict.fromkeys(self._wishes(_stored(receipt)))
        self._open(bodies)

    def go(self, seen: Callable[[int], None]) -> Trial:
        """Judge every receipt, and sum up."""
        with (
            self.file.receipts(seen) as (receipts, end),
            answers(self.store, scratch=files.scratch()) as asked,
        ):
            for step in end.until_broken(asked.to(receipts)):
                for receipt, answer in step:
                    self._take(receipt, answer, asked)
                seen(sum(receipt.origin.rows for receipt, _ in step))
        self.counting.add_things(Thing(sort_of(each)) for each in self.opened)
        return Trial(
            tally=self.counting.tally(),
            problems=tuple(sorted((problem for _, problem in self.problems[:PROBLEMS_SHOWN]), key=_place)),
            opens=tuple(f"{sort_of(each)}: {each.key}" for each in self.opened[:OPENINGS_SHOWN]),
            is_whole=end.is_whole,
            skipped=end.skipped,
            broken=end.broken,
        )

    def _take(self, receipt: Receipt, answer: Outcome, asked: Answers) -> None:
        if is_repeat(answer, to=receipt):
            self.counting.add_rows("duplicate", receipt.origin.rows)
            return
        if not isinstance(answer, Conflict):
            self._judge(_stored(receipt), corrects=False)
            return
        stored = _stored(receipt, conflict_of=answer.original_id)
        original = asked.of_file(answer.original_id)
        corrects = answer.original_id not in self.corrected and self._waits(answer.original_id, original)
        if corrects:
            self._open(dict.fromkeys(self._wishes(stored)))
        if self._judge(stored, corrects=corrects) and corrects:
            self.corrected.add(answer.original_id)
            if original is not None:
                self._take_back(original)

    def _judge(self, stored: Stored, *, corrects: bool) -> bool:
        """Say what a receipt would become; whether it passes."""
        found, rows = self._claims(stored, corrects=corrects), stored.receipt.origin.rows
        if isinstance(found, Rejected):
            self._quarantine(stored.receipt, found)
            return False
        self.counting.add_rows("counted", found.rows)
        self.counting.add_rows("ignored", rows - found.rows)
        self.counting.add_things(filter(None, map(thing_of, found.drafts)))
        return True

    def _claims(self, stored: Stored, *, corrects: bool) -> Claims | Rejected:
        try:
            return claims_of(stored, self.context, corrects=corrects)
        except Rejected as rejected:
            return rejected
        except Exception as fault:
            log.exception("a row could not be verified", line=stored.receipt.origin.line)
            return Rejected(Reason.PROCESSING_ERROR, repr(fault), fix="report this fault, then replay")

    def _waits(self, original_id: UUID, original: Stored | None) -> bool:
        """Whether what came first under a key does not count, so that another body may stand for it."""
        if original is None:
            return bool(uncounted([original_id]))
        return isinstance(self._claims(original, corrects=False), Rejected)

    def _quarantine(self, receipt: Receipt, why: Rejected) -> None:
        self.counting.add_quarantined(why.reason, receipt.origin.rows, _unknown(why))
        if len(self.problems) < 2 * PROBLEMS_SHOWN:  # some may be taken back
            self.problems.append((receipt.id, _problem(receipt, why)))

    def _take_back(self, original: Stored) -> None:
        """Another row stands for one that would have waited: nothing comes of that."""
        why, rows = self._claims(original, corrects=False), original.receipt.origin.rows
        if isinstance(why, Rejected):
            self.counting.add_quarantined(why.reason, -rows, _unknown(why))
            self.counting.add_rows("ignored", rows)
            self.problems = [each for each in self.problems if each[0] != original.receipt.id]

    def _wishes(self, stored: Stored) -> Sequence[OpeningBody]:
        return openings_of(stored, self.opening)

    def _open(self, bodies: dict[OpeningBody, None]) -> None:
        if bodies:
            self.context, opened = with_opened(self.context, bodies=bodies)
            self.opened += opened


def _stored(receipt: Receipt, *, conflict_of: UUID | None = None) -> Stored:
    return Stored(receipt=receipt, place="", digest=b"", conflict_of=conflict_of)


def _unknown(why: Rejected) -> tuple[str, str, str] | None:
    return (why.program, why.unknown, why.value) if why.unknown else None


def _place(problem: Problem) -> int:
    return problem.line or 0


def _problem(receipt: Receipt, why: Rejected) -> Problem:
    origin = receipt.origin
    line = origin.line if why.row is None or not origin.lines else origin.lines[why.row]
    return Problem(line, why.column, why.value, why.reason, why.detail, why.fix)
