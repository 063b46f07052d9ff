"""What the store would answer to the receipts of a whole file, in constant memory and without keeping one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import UUID

from tallystick.foundation.sqlite.connect import connect as connect_durably
from tallystick.kit import ids
from tallystick.tracking.imports.receiving.receive import steps
from tallystick.tracking.inbox.stores.port import Accepted, Conflict, Duplicate, Outcome, Store, Stored
from tallystick.tracking.inbox.stores.sqlite import SqliteStore
from tallystick.tracking.inbox.wire import Receipt

if TYPE_CHECKING:
    from pysqlite3.dbapi2 import Connection


class Answers:
    """The answers to one file. The receipts must all be of one series, as those of an import are."""

    def __init__(self, store: Store, inside: SqliteStore) -> None:
        """inside: an empty store, which finds what stands twice in the file itself."""
        self._store = store
        self._inside = inside

    def to(self, receipts: Iterable[Receipt]) -> Iterator[list[tuple[Receipt, Outcome]]]:
        """Each step of receipts with the answers that appending it would have got."""
        for step in steps(receipts):
            inside, before = self._inside.append(step), self._store.look(step)
            yield [
                (receipt, _together(receipt, here, there))
                for receipt, here, there in zip(step, inside, before, strict=True)
            ]

    def of_file(self, receipt_id: UUID) -> Stored | None:
        """A receipt of the file itself, if it is one."""
        return self._inside.get(receipt_id)


@contextmanager
def answers(store: Store, *, scratch: Path) -> Iterator[Answers]:
    """Answers that ask a store, and a directory for what the file itself says, which is deleted afterwards."""
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder:
        inside = SqliteStore(Path(folder), connect=_carelessly)
        try:
            yield Answers(store, inside)
        finally:
            inside.close()


def is_repeat(answer: Outcome, *, to: Receipt) -> bool:
    """Whether nothing new is kept: the same was said before, be it against what a key says or not."""
    match answer:
        case Accepted():
            return False
        case Duplicate():
            return True
        case Conflict():
            return answer.evidence_id != to.id


def _together(receipt: Receipt, here: Outcome, there: Outcome) -> Outcome:
    """The answer of a store that would have kept all receipts of the file so far.

    here: of a store that has only those. there: of the real one, which was told of this step alone.
    """
    match there:
        case Accepted():
            return here
        case Duplicate(original_id):
            return here if _is_of(receipt, original_id) else there
        case Conflict(original_id, evidence_id):
            if _is_of(receipt, original_id):
                return here
            if not _is_of(receipt, evidence_id):
                return there
            is_first = isinstance(here, Accepted) or not is_repeat(here, to=receipt)
            return Conflict(original_id, receipt.id if is_first else original_id)


def _is_of(receipt: Receipt, other: UUID) -> bool:
    return ids.first_of_series(receipt.id) == ids.first_of_series(other)


def _carelessly(path: Path) -> Connection:
    """What is thrown away in any case need not survive a power cut."""
    connection = connect_durably(path)
    connection.execute("PRAGMA synchronous = OFF")
    return connection
