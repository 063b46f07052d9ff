"""Files as they lie on a disk: packed, damaged, set as a trap, no files at all, or changed while they are read."""

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from tallystick.kit.delimited import BadFile
from tallystick.tracking.imports.reading import original, unpacking
from tallystick.tracking.imports.reading.look import look_at
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.reading.source import Source, open_source
from tests.rules.reading_cast import ALICE, BOB, Desk

pytestmark = pytest.mark.one_database

TABLE = "name,total\nAlice,8.00\nBob,9.00\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def zipped(members: dict[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def read_until_refused(source: Source) -> tuple[list[Row], str]:
    rows: list[Row] = []
    try:
        rows.extend(source.rows)
    except BadFile as refused:
        return rows, str(refused)
    return rows, ""


def test_a_gzip_file_is_read_as_what_is_in_it(desk):
    path = desk.file(gzip.compress(TABLE.encode()), "orders.csv.gz")
    with open_source(path) as source:
        assert (source.format, source.packed, source.columns) == ("csv", "gz", ("name", "total"))
        assert [row.cells for row in source.rows] == [ALICE, BOB]
        assert source.read_bytes() == source.total_bytes == path.stat().st_size
    assert look_at(path).packed == "gz"
    assert look_at(desk.file(gzip.compress(b'{"a": 1}\n'), "x.ndjson.gz")).format == "ndjson"


def test_several_gzip_files_one_after_another_are_one_text(desk):
    packed = gzip.compress(TABLE[:15].encode()) + gzip.compress(TABLE[15:].encode())
    assert desk.cells(packed, "orders.csv.gz") == [ALICE, BOB]


def test_a_cut_off_gzip_file_gives_the_rows_before_and_says_after_which_line(desk):
    lines = "".join(f"{number},{os.urandom(20).hex()}\n" for number in range(8_000))
    packed = gzip.compress(("id,total\n" + lines).encode())
    with open_source(desk.file(packed[: len(packed) // 2], "orders.csv.gz")) as source:
        rows, why = read_until_refused(source)
    assert 2_000 < len(rows) < 6_000
    assert all(row.cells and len(row.cells["total"]) == 40 for row in rows)
    assert why == (
        f"orders.csv.gz, after line {len(rows) + 1}: cannot be read on: its packed content ends in the middle. "
        "The rows before are kept; import the file again once it can be read."
    )


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08\x00", gzip.compress(b"x", mtime=0)[:-6], b"\x1f\x8b\x08" + b"\xff" * 90],
    ids=["a head", "nothing", "no stream"],
)
def test_a_gzip_file_with_nothing_sound_in_it_is_refused(desk, content):
    for read in (desk.rows, desk.looks):
        with pytest.raises(BadFile, match=r"cannot be read: its packed content|cannot be read on"):
            read(content, "orders.csv.gz")


def test_a_zip_file_is_read_file_by_file_and_says_what_it_leaves_out(desk):
    packed = zipped(
        {
            "one.csv": TABLE,
            "sub/": "",
            "sub/two.ndjson": '{"name": "Carol", "total": 1.10}\n',
            "__MACOSX/._one.csv": b"\0\5\0",
            ".DS_Store": b"\0\0",
            "others.csv": "id\n1\n",
            "inner.zip": zipped({"one.csv": TABLE}),
            "inner.csv.gz": gzip.compress(TABLE.encode()),
            "notes.pdf": b"%PDF-1.7",
            "empty.csv": b"",
        }
    )
    path = desk.file(packed, "export.zip")
    with open_source(path, needed=["name"]) as source:
        assert (source.packed, source.format, source.columns) == ("zip", "csv", ("name", "total"))
        found = [(row.member, row.line, row.cells and row.cells["name"]) for row in source.rows]
        skipped = dict(source.skipped)
    assert found == [("one.csv", 2, "Alice"), ("one.csv", 3, "Bob"), ("sub/two.ndjson", 1, "Carol")]
    assert skipped == {
        "others.csv": "has no column 'name'",
        "inner.zip": "an archive inside an archive. Unpack it",
        "inner.csv.gz": "an archive inside an archive. Unpack it",
        "notes.pdf": "notes.pdf is a PDF. Ask for the same content as CSV.",
        "empty.csv": "empty.csv is empty. The first line must name the columns.",
    }
    assert [sheet.name for sheet in look_at(path).sheets] == ["one.csv", "sub/two.ndjson", "others.csv"]


def test_a_zip_file_in_which_nothing_fits_says_why_of_each(desk):
    packed = zipped({"one.csv": TABLE, "two.csv": "id\n1\n"})
    with pytest.raises(
        BadFile, match=r"Nothing in a.zip fits. one.csv: has no column 'x'. two.csv: has no column"
    ):
        desk.rows(packed, "a.zip", needed=["x"])
    with pytest.raises(BadFile, match=r"a.zip holds no file that can be read. It is empty"):
        desk.rows(zipped({}), "a.zip")
    with pytest.raises(
        BadFile, match=r"a.zip holds no file that can be read. i.zip: an archive inside an archive"
    ):
        desk.rows(zipped({"i.zip": zipped({})}), "a.zip")


def test_a_password_or_an_unusual_packing_is_said(desk):
    packed = bytearray(zipped({"one.csv": TABLE}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + at] |= 1
    with pytest.raises(BadFile, match=r"one.csv: is encrypted. Pack it without a password"):
        desk.rows(bytes(packed), "a.zip")
    with pytest.raises(BadFile, match=r"one.csv: is packed in an unusual way"):
        desk.rows(zipped({"one.csv": TABLE}, compression=zipfile.ZIP_LZMA), "a.zip")


def test_a_workbook_is_no_zip_file(desk):
    for names in ({"[Content_Types].xml": "", "xl/workbook.xml": ""}, {"mimetype": "", "content.xml": ""}):
        with pytest.raises(BadFile, match=r"a workbook. Save the sheet as CSV"):
            desk.rows(zipped(dict(names)), "orders.xlsx")


def test_a_broken_zip_file_is_refused_and_a_broken_member_keeps_no_other_from_being_read(desk):
    packed = zipped({"one.csv": TABLE, "two.csv": TABLE}, compression=zipfile.ZIP_STORED)
    with pytest.raises(BadFile, match=r"cannot be read: its packed content is damaged"):
        desk.rows(packed[:-30], "a.zip")
    with open_source(desk.file(packed.replace(b"9.00", b"9.99", 1), "a.zip")) as source:
        rows, why = read_until_refused(source)
    assert [row.member for row in rows] == ["one.csv", "one.csv", "two.csv", "two.csv"]
    assert "a.zip/one.csv, after line 3: cannot be read on: its packed content is damaged" in why


LINES = [f"{number},{os.urandom(20).hex()}\n" for number in range(60)]


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda content: zipped({"one.csv": content})], ids=["gz", "zip"]
)
def test_all_that_stands_before_the_damage_is_read_also_of_a_small_file(desk, pack):
    packed = pack(("id,total\n" + "".join(LINES)).encode())
    found = {}
    for at in range(300, 1_300, 250):
        path = desk.file(packed[:at] + b"\xff" * 9 + packed[at + 9 :], "orders")
        with open_source(path) as source:
            rows, why = read_until_refused(source)
        assert f"after line {rows[-1].line}: cannot be read on: its packed content is damaged" in why
        [sheet] = look_at(path).sheets
        assert sheet.broken.startswith("its packed content is damaged")
        sound = [row.raw.decode() + "\n" == line for row, line in zip(rows, LINES, strict=False)]
        found[at] = sound.index(False) if False in sound else len(sound)
    assert list(found.values()) == sorted(set(found.values()))


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda content: zipped({"bomb.csv": content})], ids=["gz", "zip"]
)
def test_what_unpacks_to_very_much_more_than_it_is_is_ended(desk, pack, monkeypatch):
    monkeypatch.setattr(unpacking, "BOMB_BYTES", 1 << 20)
    bomb = pack(b"name,total\n" + b"Alice,8.00\n" * 1_000 + b"\n" * (4 << 20))
    with open_source(desk.file(bomb, "bomb")) as source:
        rows, why = read_until_refused(source)
    assert len(rows) == 1_000
    assert "unpacks to more than 200 times its size, so it may be a trap" in why


def test_an_archive_that_lists_too_much_is_not_opened(desk, monkeypatch):
    packed = zipped({f"{number}.csv": TABLE for number in range(20)})
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 10)
    with pytest.raises(BadFile, match=r"holds 20 files; at most 10 are read at once"):
        desk.rows(packed, "a.zip")
    monkeypatch.setattr(original, "_AT_ONCE", 500)
    with pytest.raises(BadFile, match=r"its list of members is too long"):
        desk.rows(packed, "a.zip")


def test_what_is_no_file_is_refused_without_waiting(desk, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for name, why in (
        ("pipe.csv", "a device or a pipe"),
        (".", "is a directory"),
        ("gone.csv", "No such file"),
    ):
        for read in (look_at, lambda path: open_source(path).__enter__()):
            with pytest.raises(BadFile, match=why):
                read(tmp_path / name)
    with pytest.raises(BadFile, match=r"a device or a pipe"):
        look_at(Path("/dev/zero"))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_says_so(desk):
    path = desk.file(TABLE)
    path.chmod(0)
    with pytest.raises(BadFile, match=r"orders.csv cannot be read: Permission denied"):
        look_at(path)


ROWS = 50_000


def large() -> str:
    return "name,total\n" + "Alice,8.00\n" * ROWS


def test_a_file_that_grows_while_it_is_read_is_not_read_to_half_a_row(desk):
    path = desk.file(large())
    with open_source(path) as source:
        next(source.rows)
        with path.open("a") as writer:
            writer.write("Bob,9")
        rows, why = read_until_refused(source)
    assert all(row.cells == ALICE for row in rows)
    assert "it was written to while it was read. The rows before are kept" in why


def test_a_file_that_is_cut_while_it_is_read_says_so(desk):
    path = desk.file(large())
    with open_source(path) as source:
        next(source.rows)
        os.truncate(path, 300_003)
        rows, why = read_until_refused(source)
    assert all(row.cells == ALICE for row in rows)
    assert "it was changed while it was read" in why


def test_a_file_that_is_deleted_while_it_is_read_is_read_to_its_end(desk):
    path = desk.file(large())
    with open_source(path) as source:
        next(source.rows)
        path.unlink()
        assert sum(1 for _ in source.rows) == ROWS - 1


def test_a_disk_that_fails_on_the_way_leaves_the_rows_before(desk, monkeypatch):
    class Failing(original.Original):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 300_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    monkeypatch.setattr(original, "Original", Failing)
    with open_source(desk.file(large())) as source:
        rows, why = read_until_refused(source)
    assert len(rows) > 20_000
    assert f"orders.csv, after line {len(rows) + 1}: cannot be read on: Input/output error" in why


def test_how_far_the_reading_has_come_is_known(desk):
    with open_source(desk.file(large())) as source:
        next(source.rows)
        assert 0 < source.read_bytes() < source.total_bytes
        assert sum(1 for _ in source.rows) == ROWS - 1
        assert source.read_bytes() == source.total_bytes


def test_a_file_may_be_called_something_else_than_it_lies_as(desk):
    path = desk.file('{"kind": "click"}\n"broken\n', "0001.upload")
    with pytest.raises(BadFile, match=r"sales.csv is empty"):
        look_at(desk.file(b"", "0002.upload"), name="sales.csv")
    with open_source(path, name="events.ndjson") as source:
        assert [row.cells is None for row in source.rows] == [False, True]
