"""Files on their way in: nothing that was answered is lost, and what cannot be taken says why."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from tallystick import journey
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.delimited import BadFile
from tallystick.kit.listing import Wish
from tallystick.partners.programs.queries import NotThere
from tallystick.project.upkeep import receive_imports, sweep_imports
from tallystick.tracking.events.mapping.form import BadMapping
from tallystick.tracking.events.models import Mapping
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import (
    IMPORTS,
    NoImport,
    brought_before,
    find_import,
    problems_of,
    there,
    unfinished,
)
from tallystick.tracking.imports.rules.steps import State, StepRefused
from tallystick.tracking.imports.services import files
from tallystick.tracking.imports.services.files import BytesGone, DiskFault
from tallystick.tracking.imports.services.lifecycle import discard, resume, start, stop, write_mapping
from tallystick.tracking.imports.services.running import run
from tallystick.tracking.imports.services.turns import take
from tallystick.tracking.imports.services.uploads import (
    MOST_UPLOADS,
    PIECE_BYTES,
    OffsetRefused,
    SizeRefused,
    TooManyUploads,
    add_piece,
    arrive,
    begin,
    bring,
)
from tests.builders import Brand
from tests.modules.threads import beside, finished
from tests.people import TESTER

MAPPING = """
name = "orders"
program = "shop"
[fields]
customer = { column = "customer" }
occurred_at = { column = "at" }
[[events]]
kind = "purchase"
"""
CONTENT = b"at,customer\n2026-03-02T09:00:00Z,carol\n2026-03-02T10:00:00Z,dora\n"


@pytest.fixture
def shop(house):
    brand = Brand("Acme")
    with brand_scope(brand.id):
        yield brand
        Import.objects.exclude(state=State.RECEIVED).update(state=State.STOPPED)


def announced(size: int | None = len(CONTENT), name: str = "orders.csv") -> Import:
    return begin(name=name, size_bytes=size, by=TESTER)


def arrived(content: bytes = CONTENT, mapping: str = MAPPING) -> Import:
    row = bring(io.BytesIO(content), name="orders.csv", by=TESTER)
    return write_mapping(row, text=mapping, by=TESTER)


def older(row: Import, **by: timedelta) -> Import:
    """As if its instants lay so far back; the file's, too."""
    for name, back in by.items():
        Import.objects.filter(id=row.id).update(**{name: clock.now() - back})
        if files.path_of(row).exists():
            os.utime(files.path_of(row), ((clock.now() - back).timestamp(),) * 2)
    return row


def test_a_file_comes_in_pieces_and_is_whole_in_the_end(shop):
    row = announced()
    for offset in range(0, len(CONTENT), 20):
        row = add_piece(row, offset=offset, content=CONTENT[offset : offset + 20])
    assert arrive(row).state == State.ARRIVED
    row = arrive(row)
    assert files.path_of(row).read_bytes() == CONTENT
    assert files.path_of(row).is_relative_to(settings.TALLYSTICK.data_dir / "imports" / shop.id.hex)
    assert (row.size_bytes, row.arrived_bytes, len(row.sha256)) == (len(CONTENT), len(CONTENT), 64)


def test_a_piece_at_a_wrong_place_is_told_where_the_upload_stands(shop):
    row = add_piece(announced(), offset=0, content=CONTENT[:20])
    for offset, content in ((0, b"x" * 20), (21, CONTENT[21:]), (10, CONTENT[10:30])):
        with pytest.raises(OffsetRefused, match="stands at byte 20") as refused:
            add_piece(row, offset=offset, content=content)
        assert refused.value.stands_at == 20
    assert there(row).arrived_bytes == 20


def test_a_piece_whose_answer_was_lost_may_be_sent_again(shop):
    row = announced()
    for _ in range(2):
        add_piece(row, offset=0, content=CONTENT[:20])
    assert add_piece(row, offset=20, content=CONTENT[20:]).arrived_bytes == len(CONTENT)
    assert files.path_of(row).read_bytes() == CONTENT


def test_bytes_that_were_never_answered_are_overwritten(shop):
    row = add_piece(announced(), offset=0, content=CONTENT[:20])
    with files.path_of(row).open("ab") as file:
        file.write(b"torn by a power cut, and longer than what comes" * 3)
    row = arrive(add_piece(row, offset=20, content=CONTENT[20:]))
    assert files.path_of(row).read_bytes() == CONTENT


def test_of_two_who_send_the_same_place_one_is_told_where_it_stands_now(shop):
    row, told = announced(size=None), []

    def send(letter: bytes) -> None:
        try:
            with brand_scope(shop.id):
                add_piece(row, offset=0, content=letter * 1000)
        except OffsetRefused as refused:
            told.append(refused.stands_at)

    with files.held(row):
        senders = [beside(partial(send, letter)) for letter in (b"a", b"b")]
    for sender in senders:
        finished(sender)
    assert told == [1000]
    assert files.path_of(row).read_bytes() in (b"a" * 1000, b"b" * 1000)


def test_a_file_is_not_whole_before_its_last_byte_is_here(shop):
    row = add_piece(announced(), offset=0, content=CONTENT[:20])
    with pytest.raises(OffsetRefused, match="20 of 65 bytes are here"):
        arrive(row)
    with pytest.raises(SizeRefused, match="announced with 65 bytes"):
        add_piece(row, offset=20, content=CONTENT)
    with pytest.raises(SizeRefused, match="at most 8000000 at once"):
        add_piece(row, offset=20, content=bytes(PIECE_BYTES + 1))


def test_a_file_that_is_too_large_is_refused_before_and_while_it_comes(shop):
    settings_here = settings.TALLYSTICK.model_copy(update={"import_mb": 1})
    with override_settings(TALLYSTICK=settings_here):
        with pytest.raises(SizeRefused, match=r"orders\.csv has 1000001 bytes, and at most 1 MB"):
            announced(size=1_000_001)
        row = add_piece(announced(size=None), offset=0, content=bytes(1_000_000))
        with pytest.raises(SizeRefused, match="raise `import_mb`"):
            add_piece(row, offset=1_000_000, content=b"x")
        with pytest.raises(SizeRefused):
            bring(io.BytesIO(bytes(1_000_001)), name="more.csv", by=TESTER)
    assert not Import.objects.filter(name="more.csv").exists()
    assert [folder.name for folder in files.folders_of(shop.id)] == [row.id.hex]


def test_an_empty_file_and_too_many_uploads_are_refused(shop):
    for refused in (lambda: announced(size=0), lambda: bring(io.BytesIO(), name="a.csv", by=TESTER)):
        with pytest.raises(SizeRefused, match="is empty"):
            refused()
    for _ in range(MOST_UPLOADS):
        announced()
    with pytest.raises(TooManyUploads, match=f"{MOST_UPLOADS} files"):
        announced()


def test_a_name_is_kept_without_its_folders_and_what_deceives_the_eye(shop):
    names = {
        "C:\\exports\\orders.csv": "orders.csv",
        "../../etc/passwd": "passwd",
        "a\u202eb\0c.csv": "a b c.csv",
        "...": "file",
        "é" * 300 + ".csv.gz": "é" * 99 + "…" + "é" * 93 + ".csv.gz",
    }
    assert {name: announced(name=name).name for name in names} == names


def test_a_disk_that_takes_no_more_says_what_is_kept(shop):
    row = add_piece(announced(), offset=0, content=CONTENT[:20])
    files.path_of(row).unlink()
    files.path_of(row).parent.rmdir()
    files.path_of(row).parent.touch()
    with pytest.raises(DiskFault, match="20 bytes are kept; go on from there"):
        add_piece(row, offset=20, content=CONTENT[20:])


def test_a_file_on_this_machine_is_read_where_it_lies(shop, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(CONTENT)
    row = bring(path, by=TESTER)
    assert (row.state, files.path_of(row), files.is_ours(row)) == (State.ARRIVED, path, False)
    assert list(files.folders_of(shop.id)) == []
    discard(row, by=TESTER)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda path: path.mkdir(), "orders.csv is a directory"),
        (lambda path: None, "orders.csv cannot be read: No such file"),
        (lambda path: path.symlink_to(path), "orders.csv cannot be read"),
        (lambda path: path.symlink_to("/dev/zero"), "orders.csv is a device"),
    ],
)
def test_what_is_no_file_says_so(shop, tmp_path, make, complaint):
    path = tmp_path / "orders.csv"
    make(path)
    with pytest.raises(BadFile, match=complaint):
        bring(path, by=TESTER)
    assert Import.objects.count() == 0


def test_a_pipe_that_has_no_place_among_files_is_copied(shop):
    reads, writes = os.pipe()
    os.write(writes, CONTENT)
    os.close(writes)
    row = bring(Path(f"/dev/fd/{reads}"), by=TESTER)
    os.close(reads)
    assert (row.state, row.size_bytes, files.is_ours(row)) == (State.ARRIVED, len(CONTENT), True)


def test_a_file_that_was_changed_or_moved_away_is_not_read(shop, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(CONTENT)
    row = start(write_mapping(bring(path, by=TESTER), text=MAPPING, by=TESTER), by=TESTER)
    path.write_bytes(CONTENT.replace(b"dora", b"erin"))
    failed = run(row, store=journey.inbox())
    assert (failed.state, "was changed since" in failed.error) == (State.FAILED, True)
    path.unlink()
    failed = run(resume(row, by=TESTER), store=journey.inbox())
    assert "lies no more at" in failed.error
    path.write_bytes(CONTENT)
    assert run(resume(row, by=TESTER), store=journey.inbox()).state == State.RECEIVED


def test_a_mapping_is_kept_while_it_is_edited_even_where_it_is_wrong(shop):
    row = arrived()
    with pytest.raises(BadMapping):
        write_mapping(row, text='name = "orders', by=TESTER)
    assert there(row).mapping_text == 'name = "orders'
    with pytest.raises(BadMapping):
        start(row, by=TESTER)
    for text in ("\0", "\ud800", "x" * 200_001):
        with pytest.raises(BadMapping):
            write_mapping(row, text=text, by=TESTER)
    assert there(row).mapping_text == 'name = "orders'
    assert write_mapping(row, text=MAPPING, by=TESTER).mapping_name == "orders"


def test_starting_publishes_the_mapping_and_says_who_did_it(shop):
    row = start(arrived(), by=TESTER)
    assert (row.state, row.mapping_version, row.format) == (State.QUEUED, 1, "csv")
    assert Mapping.objects.get().text == MAPPING
    line = AuditLine.objects.get(subject=ids.show("imp", row.id))
    assert (line.act, line.label, line.actor_name) == ("import.started", "orders.csv", "the tests")
    with pytest.raises(StepRefused, match="waits for its turn"):
        start(row, by=TESTER)
    with pytest.raises(StepRefused):
        write_mapping(row, text="", by=TESTER)


@pytest.mark.parametrize(
    ("content", "mapping", "error", "complaint"),
    [
        (b"at,who\n1,2\n", MAPPING, BadFile, "no column 'customer'"),
        (CONTENT, "", BadFile, "Nobody has said yet what the columns"),
        (CONTENT, MAPPING.replace('"shop"', '"other"'), NotThere, "other"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), MAPPING, BadFile, "orders.csv"),
    ],
)
def test_what_cannot_be_started_keeps_nothing(shop, content, mapping, error, complaint):
    row = arrived(content, mapping)
    with pytest.raises(error, match=complaint):
        start(row, by=TESTER)
    assert there(row).state == State.ARRIVED
    assert Mapping.objects.count() == 0


def test_only_what_nothing_was_received_of_can_be_discarded(shop):
    for row in (
        announced(),
        arrived(),
        start(arrived(), by=TESTER),
        stop(start(arrived(), by=TESTER), by=TESTER),
    ):
        discard(row, by=TESTER)
        with pytest.raises(NoImport):
            find_import(row.id)
    assert list(files.folders_of(shop.id)) == []
    begun = start(arrived(), by=TESTER)
    take(begun)
    for _ in range(2):
        with pytest.raises(StepRefused):
            discard(begun, by=TESTER)
        if there(begun).state == State.RECEIVING:
            stop(begun, by=TESTER)
    received = run(start(arrived(), by=TESTER), store=journey.inbox())
    with pytest.raises(StepRefused, match="was received"):
        discard(received, by=TESTER)


def test_the_same_file_is_known_again(shop):
    first = start(arrived(), by=TESTER)
    assert brought_before(first) is None
    again = arrived()
    assert (brought_before(again), unfinished(again)) == (first, first)
    assert brought_before(arrived(CONTENT + b"\n")) is None
    assert brought_before(arrived(mapping=MAPPING + "\n")) is None
    run(first, store=journey.inbox())
    assert (brought_before(again), unfinished(again)) == (first, None)


def test_one_that_reads_a_file_where_it_lies_goes_on_there_only(shop, tmp_path):
    here, there_ = tmp_path / "here.csv", tmp_path / "there.csv"
    for path in (here, there_):
        path.write_bytes(CONTENT)
    begun = start(write_mapping(bring(here, by=TESTER), text=MAPPING, by=TESTER), by=TESTER)
    again, elsewhere = (
        write_mapping(bring(path, by=TESTER), text=MAPPING, by=TESTER) for path in (here, there_)
    )
    assert (unfinished(again), unfinished(elsewhere)) == (begun, None)


def test_imports_are_listed_newest_first_and_found_by_name_and_state(shop):
    older_one, newer = arrived(), announced(name="clicks.csv")
    assert list(IMPORTS.page(Wish()).rows) == [newer, older_one]
    assert list(IMPORTS.page(Wish(text="click")).rows) == [newer]
    assert list(IMPORTS.page(Wish(filters={"state": "arrived"})).rows) == [older_one]
    assert problems_of(newer).count() == 0


def test_zoe_sees_nothing_of_it(shop):
    row = arrived()
    with brand_scope(Brand("Zoe").id):
        assert list(IMPORTS.page(Wish()).rows) == []
        with pytest.raises(NoImport):
            find_import(row.id)
        with pytest.raises(NoImport):
            add_piece(row, offset=0, content=b"x")


def test_the_worker_receives_what_waits_of_any_brand(shop):
    row = start(arrived(), by=TESTER)
    receive_imports(lambda: False)
    assert there(row).state == State.RECEIVED


def test_files_go_when_their_time_is_over_and_what_came_of_them_stays(shop, tmp_path):
    done = older(run(start(arrived(), by=TESTER), store=journey.inbox()), ended_at=timedelta(days=31))
    path = tmp_path / "orders.csv"
    path.write_bytes(CONTENT)
    mine = bring(path, by=TESTER)
    mine = run(start(write_mapping(mine, text=MAPPING, by=TESTER), by=TESTER), store=journey.inbox())
    Import.objects.filter(id=mine.id).update(ended_at=clock.now() - timedelta(days=31))
    abandoned = older(add_piece(announced(), offset=0, content=b"x"), created_at=timedelta(days=8))
    resting, fresh = older(arrived(), created_at=timedelta(days=31)), arrived()
    stopped = older(stop(start(arrived(), by=TESTER), by=TESTER), ended_at=timedelta(days=31))
    nobodys = files.limits().imports_dir / shop.id.hex / ids.new().hex
    nobodys.mkdir()
    os.utime(nobodys, (0, 0))
    sweep_imports()
    assert set(Import.objects.values_list("id", flat=True)) == {done.id, mine.id, fresh.id, stopped.id}
    assert [folder.name for folder in files.folders_of(shop.id)] == [fresh.id.hex]
    assert path.exists()
    assert there(done).rows == 2
    for gone in (resting, abandoned):
        with pytest.raises(NoImport):
            find_import(gone.id)
    with pytest.raises(BytesGone, match="deleted after its time"):
        resume(stopped, by=TESTER)


def test_an_upload_that_was_touched_lately_is_not_given_up(shop):
    row = older(add_piece(announced(), offset=0, content=b"x"), created_at=timedelta(days=8))
    Path(files.path_of(row)).touch()
    sweep_imports()
    assert there(row).arrived_bytes == 1
