"""Reading tables: in any encoding, row by row; what cannot be read takes nothing else with it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.kit.delimited import BadFile
from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.imports.reading import lines
from tallystick.tracking.imports.reading.look import look_at
from tallystick.tracking.imports.reading.rows import ROW_BYTES, Row
from tallystick.tracking.imports.reading.source import open_source
from tallystick.tracking.inbox.wire import HEAD_BYTES
from tests.rules.reading_cast import ALICE, BOB, SHARED, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(params=[7, 64, 1 << 18], ids=lambda size: f"pieces of {size} bytes")
def any_piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same whatever the pieces are in which a file is read."""
    monkeypatch.setattr("tallystick.tracking.imports.reading.content.PIECE_BYTES", request.param)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.usefixtures("any_piece")
def test_a_table_is_read_whatever_divides_its_columns_and_lines(desk, separator, end):
    content = end.join(["name,total", "Alice,8.00", "", '"Bob", 9.00 ']).replace(",", separator)
    assert desk.rows(content) == [
        Row(2, ALICE, content.split(end)[1].encode()),
        Row(4, BOB, content.split(end)[3].encode()),
    ]


def test_what_divides_the_columns_may_be_said(desk):
    assert desk.cells("name^total\nAlice^8.00\n", separator="^") == [ALICE]
    assert desk.cells("name\ttotal,net\nAlice\t8.00\n", separator="tab") == [
        {"name": "Alice", "total,net": "8.00"}
    ]
    assert desk.cells("name  total\n  Alice \t 8.00  \n", separator="spaces") == [ALICE]


@pytest.mark.parametrize("separator", ["", "ab", '"', "\n", "\0"])
def test_what_cannot_divide_columns_is_refused(desk, separator):
    with pytest.raises(BadFile, match="does not separate columns"):
        desk.rows("name,total\n", separator=separator)


@pytest.mark.parametrize(
    "content", ["Alice,8.00\nBob,9.00\n", "Alice;8.00\nBob;9.00", " Alice  8.00\n Bob  9.00"]
)
def test_a_file_without_a_line_of_names_is_given_them(desk, content):
    rows = desk.rows(content, header=("name", "total"))
    assert [row.cells for row in rows] == [ALICE, BOB]
    assert [row.line for row in rows] == [1, 2]


@pytest.mark.usefixtures("any_piece")
def test_rows_with_line_breaks_in_quotes_keep_their_bytes_and_their_first_line(desk):
    content = 'name,total\n"Al\nice",8.00\r\n"Bo""b,",9.00\nCarol,1.00'
    assert desk.rows(content) == [
        Row(2, {"name": "Al\nice", "total": "8.00"}, b'"Al\nice",8.00'),
        Row(4, {"name": 'Bo"b,', "total": "9.00"}, b'"Bo""b,",9.00'),
        Row(5, {"name": "Carol", "total": "1.00"}, b"Carol,1.00"),
    ]


@pytest.mark.parametrize(
    "broken",
    [b"Zo\xeb,1.00", b"Zo\0e,1.00", b"Zoe", b"Zoe,1.00,", b'"Zoe,1.00', b'"Z"oe,1.00', b"\xff\xfe\x00"],
    ids=["encoding", "NUL", "too few", "too many", "open quote", "quote inside", "bytes"],
)
@pytest.mark.usefixtures("any_piece")
def test_a_row_that_cannot_be_read_comes_alone_as_the_bytes_it_has(desk, broken):
    content = b"name,total\nAlice,8.00\n" + broken + b"\nBob,9.00\n"
    assert desk.rows(content) == [
        Row(2, ALICE, b"Alice,8.00"),
        Row(3, None, broken),
        Row(4, BOB, b"Bob,9.00"),
    ]


PIECES = [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"a", b" ", b";", b"\xff", b"\0", "\u00eb".encode()]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=60), size=st.sampled_from([1, 3, 1 << 18]))
def test_every_line_is_in_exactly_one_row_whatever_stands_in_it(desk, monkeypatch, pieces, size):
    monkeypatch.setattr("tallystick.tracking.imports.reading.content.PIECE_BYTES", size)
    body = b"Alice,8.00\n" * 60 + b"".join(pieces)
    rows = desk.rows(b"name,total\n" + body)
    assert [line for row in rows for line in row.raw.splitlines() if line] == list(
        filter(None, body.splitlines())
    )
    assert [row.line for row in rows] == sorted({row.line for row in rows})


def test_many_broken_quotes_take_no_more_time_than_as_many_rows(desk):
    content = "name,total\n" + '"a"b\n' * 20_000
    assert sum(row.cells is None for row in desk.rows(content)) == 20_000


def test_quotes_that_each_reach_into_the_next_line_take_no_more_time_than_as_many_rows(desk):
    content = "a,b,c\n" + 'a","b\n' * 20_000
    assert [row.line for row in desk.rows(content) if row.cells is None] == list(range(2, 20_002))
    assert len(desk.looks(content).sheets) == 1


def test_a_row_of_many_lines_that_is_larger_than_a_receipt_gives_its_lines_back(desk):
    content = 'name,total\n"' + ("x" * 99 + "\n") * 12_000 + '",8.00\nBob,9.00\n'
    rows = desk.rows(content)
    assert [row.line for row in rows] == list(range(2, 12_004))
    assert rows[-1].cells == BOB
    assert all(row.cells is None for row in rows[:-2])


@pytest.mark.parametrize("size", [ROW_BYTES - 1, ROW_BYTES, ROW_BYTES + 1, 3 * ROW_BYTES])
def test_a_line_is_clipped_from_the_size_that_no_receipt_holds(desk, size):
    long = b"Alice," + b"x" * (size - 7) + b"\n"
    first, second = desk.rows(b"name,total\n" + long + b"Bob,9.00\n")
    assert second == Row(3, BOB, b"Bob,9.00")
    if size > ROW_BYTES:
        assert first == Row(2, None, long[:HEAD_BYTES], size)
    else:
        assert first.cells == {"name": "Alice", "total": "x" * (size - 7)}


def test_a_long_line_ends_where_its_line_end_is_cut_in_two():
    pieces = iter([b"x" * (ROW_BYTES + 1), b"x\r", b"\ny\n", b""])
    found = list(lines.blocks(lambda: next(pieces), lines.ANY_END))
    assert found == [lines.TooLong(b"x" * HEAD_BYTES, ROW_BYTES + 4), b"y\n"]


TEXT = "name,total\nZoë,8.00\nŽofie €,9.00\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.usefixtures("any_piece")
def test_a_text_with_a_mark_says_its_encoding_itself(desk, encoding):
    assert [row and row["name"] for row in desk.cells(TEXT.encode(encoding))] == ["Zoë", "Žofie €"]
    assert desk.looks(TEXT.encode(encoding)).sheets[0].samples[1] == {"name": "Žofie €", "total": "9.00"}


@pytest.mark.parametrize(
    "encoding", ["windows-1252", "iso-8859-15", "utf-16-le", "utf-16-be", "cp1252", "UTF8"]
)
def test_another_encoding_is_said(desk, encoding):
    rows = desk.rows(TEXT.encode(encoding), encoding=encoding)
    assert rows[1] == Row(3, {"name": "Žofie €", "total": "9.00"}, "Žofie €,9.00".encode())


def test_what_is_no_text_in_the_encoding_that_is_said_waits_alone(desk):
    content = "name,total\nZoë,8.00\n".encode("windows-1252") + b"Zo\x81,9.00\nBob,9.00\n"
    assert [row and row["name"] for row in desk.cells(content, encoding="windows-1252")] == [
        "Zoë",
        None,
        "Bob",
    ]
    half = "name,total\nZoë,8.00\n\ud83d,9.00\nBob,9.00\n".encode("utf-16-le", "surrogatepass") + b"\n"
    assert [row and row["name"] for row in desk.cells(half, encoding="utf-16-le")] == ["Zoë", None, "Bob"]


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "base64", "punycode", "unicode_escape", "a\0b", ""])
def test_a_name_that_is_no_encoding_is_refused(desk, encoding):
    if encoding:
        with pytest.raises(BadFile, match="is not the name of an encoding"):
            desk.rows("name,total\n", encoding=encoding)


@pytest.mark.parametrize(
    ("text", "written", "proposed"),
    [
        ("Müller Straße café €", "windows-1252", "windows-1252"),
        ("Müller Küche", "cp850", "cp850"),
        ("Иванова Москва", "windows-1251", "windows-1251"),
        ("Müller", "utf-8", "utf-8"),
        ("Müller Berlin", "utf-16-le", "utf-16-le"),
        ("Müller Berlin", "utf-16-be", "utf-16-be"),
        ("Alice", "ascii", "utf-8"),
    ],
)
def test_an_encoding_that_nobody_said_is_proposed(desk, text, written, proposed):
    look = desk.looks(f"name,total\n{text},1\n{text},2\n".encode(written))
    assert look.encoding == proposed
    assert [sample["name"] for sample in look.sheets[0].samples] == [text, text]


def test_a_header_in_another_encoding_is_refused_until_it_is_said_and_shown_in_the_one_proposed(desk):
    content = "name,größe\n".encode("windows-1252")
    with pytest.raises(BadFile, match="first line is not UTF-8 text"):
        desk.rows(content)
    assert desk.looks(content).sheets[0].columns == ("name", "größe")


def test_one_broken_line_does_not_make_a_text_another_encoding(desk):
    look = desk.looks(TEXT.encode() + b"Zo\xeb,1.00\n")
    assert (look.encoding, len(look.sheets[0].samples)) == ("utf-8", 2)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty. The first line must name the columns"),
        (b"\n \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"name,total,name\n", "column 'name' stands there twice. Rename one"),
        (b"name,total,,\n", "a column without a name stands there twice"),
        (b'name,"total\n', "Check the quotes there"),
        (b'name,"total\n' + b"x\n" * (1 << 20), "Check the quotes there"),
        (b"x" * (2 << 20), "the first line is longer than a row may be"),
        (b"name,total\n" + bytes(5_000), "full of NUL characters"),
        (b'[\n  {"a": 1},\n  {"a": 2}\n]\n', "not one object a line"),
        (b'[{"a": 1}, {"a": 2}]', "not one object a line"),
        (b'{\n  "a": 1\n}\n', "not one object a line"),
        (b"%PDF-1.7 ...", "a PDF. Ask for the same content as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a workbook. Save the sheet as CSV"),
        (b"\x28\xb5\x2f\xfd\x04", "a zstd file. Unpack it"),
        (b"<!DOCTYPE html><p>Sign in", "a web page"),
        (b"SQLite format 3\0", "a database"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_says_what_it_is_and_what_to_do(desk, content, complaint):
    for read in (desk.rows, desk.looks):
        with pytest.raises(BadFile, match=complaint):
            read(content)


def test_a_file_with_a_header_alone_has_no_rows(desk):
    assert desk.rows("name,total") == []
    assert desk.looks("name,total").sheets[0].columns == ("name", "total")


def test_a_header_of_very_many_columns_is_read_at_once(desk):
    with pytest.raises(BadFile, match=r"no column 'x'. Its columns are: c0, c1,.* and 99960 more"):
        desk.rows(",".join(f"c{number}" for number in range(100_000)), needed=["x"])


def test_a_file_without_a_needed_column_is_refused_before_any_row(desk):
    with pytest.raises(BadFile, match=r"no column 'bought'. Its columns are: name, total. Correct the names"):
        desk.rows("name,total\nAlice,8.00\n", needed=["name", "bought"])


PAP = """[[AFFILIATES]]
!USERID;!REFID
u1;alice

[[COMMISSIONS]]
!TRANSID;!USERID;!TOTALCOST
t1;u1;"80.00"
t2;u1;9.99
[[EMPTY]]
"""


@pytest.mark.usefixtures("any_piece")
def test_a_file_in_sections_is_one_table_for_each(desk):
    look = desk.looks(PAP)
    assert [(sheet.name, sheet.section, sheet.columns) for sheet in look.sheets] == [
        ("AFFILIATES", "AFFILIATES", ("USERID", "REFID")),
        ("COMMISSIONS", "COMMISSIONS", ("TRANSID", "USERID", "TOTALCOST")),
    ]
    rows = desk.rows(PAP, section="COMMISSIONS")
    assert [(row.line, row.cells and row.cells["TOTALCOST"]) for row in rows] == [(7, "80.00"), (8, "9.99")]
    assert [row.line for row in desk.rows(PAP)] == [3, 7, 8]
    assert [row.line for row in desk.rows(PAP, needed=["REFID"])] == [3]
    with pytest.raises(
        BadFile, match=r"no section 'CLICKS'. Its sections are: AFFILIATES, COMMISSIONS, EMPTY"
    ):
        desk.rows(PAP, section="CLICKS")


def test_sections_that_lack_a_needed_column_are_named(desk):
    with open_source(desk.file(PAP), needed=["REFID"]) as source:
        assert source.columns == ("USERID", "REFID")
        assert source.skipped == [("COMMISSIONS", "has no column 'REFID'")]


def test_a_look_shows_the_first_rows_and_proposes_blanks_between_columns(desk):
    look = desk.looks("name,total\n" + "Alice,8.00\nbroken\n" * 300)
    assert (look.format, look.packed, look.encoding, look.separator) == ("csv", "", "utf-8", ",")
    assert look.sheets[0].samples == (ALICE,) * 200
    assert desk.looks(" id  day  total\r\n 1  19970101   8.00\r\n").separator == "spaces"
    assert desk.looks("name\nAlice Smith\nBob Jones\n").separator == ","


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_the_public_sales_of_a_cd_shop_are_read_with_what_a_look_proposes():
    path = SHARED / "data" / "cdnow" / "CDNOW_master.txt"
    look = look_at(path)
    with open_source(path, reading=ReadAs(separator=look.separator)) as source:
        rows = list(source.rows)
    assert len(rows) == 69_659
    assert rows[0].cells == {
        "customer_id": "00001",
        "date": "19970101",
        "number_of_cds": "1",
        "dollar_value": "11.77",
    }
    assert all(row.cells for row in rows)
