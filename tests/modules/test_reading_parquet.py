"""Parquet files: exact decimals, times with their offset, nested values, bytes that are no text."""

import gzip
import io
import zipfile
from pathlib import Path

import duckdb
import pytest

from tallystick.kit.delimited import BadFile
from tallystick.tracking.imports.reading.look import look_at
from tallystick.tracking.imports.reading.source import open_source
from tallystick.tracking.inbox.wire import HEAD_BYTES
from tests.rules.reading_cast import Desk

pytestmark = pytest.mark.one_database


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def parquet(desk: Desk, query: str, name: str = "orders.parquet") -> Path:
    path = desk.place / name
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'Asia/Kolkata'").fetchall()
        engine.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchall()
    return path


def first_cells(path: Path) -> dict[str, str] | None:
    with open_source(path) as source:
        return next(source.rows).cells


def test_every_value_comes_as_the_text_it_is(desk):
    path = parquet(
        desk,
        """SELECT 1.10::DECIMAL(12, 2) AS amount, 0.1::FLOAT AS rate, 1e-7::DECIMAL(18, 10) AS tiny,
        TIMESTAMPTZ '2026-01-01 10:00:00+05:30' AS zoned, TIMESTAMP '2026-01-01 10:00:00.5' AS local,
        DATE '2026-01-02' AS day, TIMESTAMP '20000-01-01 00:00:00' AS far, true AS paid, NULL AS note,
        '2026-01-01 10:00:00' AS said, 9007199254740993 AS big, 'inf'::DOUBLE AS endless""",
    )
    assert first_cells(path) == {
        "amount": "1.10",
        "rate": "0.1",
        "tiny": "0.0000001000",
        "zoned": "2026-01-01T04:30:00+00:00",
        "local": "2026-01-01T10:00:00.5",
        "day": "2026-01-02",
        "far": "20000-01-01 00:00:00",
        "paid": "true",
        "note": "",
        "said": "2026-01-01 10:00:00",
        "big": "9007199254740993",
        "endless": "inf",
    }


def test_nested_values_are_flattened_like_those_of_ndjson(desk):
    path = parquet(
        desk,
        """SELECT {'email': 'a@b.c', 'at': TIMESTAMPTZ '2026-01-01 00:00:00+00', 'DATE': 1} AS customer,
        [{'sku': 'x', 'price': 1.50::DECIMAL(8, 2)}] AS lines, MAP {'k': 1} AS more, []::INTEGER[] AS nothing""",
    )
    assert first_cells(path) == {
        "customer.email": "a@b.c",
        "customer.at": "2026-01-01T00:00:00+00:00",
        "customer.DATE": "1",
        "lines.0.sku": "x",
        "lines.0.price": "1.50",
        "more.k": "1",
        "nothing": "",
    }


def test_bytes_are_text_where_they_can_be_and_are_named_where_not(desk):
    path = parquet(
        desk, r"SELECT 'Zo\xC3\xAB'::BLOB AS name, '\xFF\x00\x01'::BLOB AS picture, 'a\x00'::BLOB AS nul"
    )
    assert first_cells(path) == {
        "name": "Zoë",
        "picture": "(3 bytes that are no text)",
        "nul": "(2 bytes that are no text)",
    }


def test_rows_are_numbered_and_counted_for_the_progress(desk):
    path = parquet(desk, "SELECT range AS id FROM range(5000)")
    with open_source(path, needed=["id"]) as source:
        assert (source.format, source.packed, source.columns) == ("parquet", "", ("id",))
        assert next(source.rows).line == 1
        assert 0 <= source.read_bytes() < source.total_bytes
        assert [row.cells for row in source.rows][-1] == {"id": "4999"}
        assert source.read_bytes() == source.total_bytes
    look = look_at(path)
    assert (look.format, look.separator, len(look.sheets[0].samples)) == ("parquet", "", 200)


def test_names_and_paths_that_look_like_patterns_are_only_names(desk):
    (desk.place / "a1.parquet").write_bytes(b"another file")
    path = parquet(desk, """SELECT 1 AS "we ""said"", *", 2 AS "$1" """, "a[1]*.parquet")
    assert first_cells(path) == {'we "said", *': "1", "$1": "2"}


def test_parquet_is_read_also_where_it_is_packed(desk):
    content = parquet(desk, "SELECT 'Alice' AS name").read_bytes()
    assert desk.cells(gzip.compress(content), "orders.parquet.gz") == [{"name": "Alice"}]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/orders.parquet", content)
    assert [(row.member, row.cells) for row in desk.rows(packed.getvalue(), "orders.zip")] == [
        ("a/orders.parquet", {"name": "Alice"})
    ]


def test_a_row_larger_than_a_receipt_is_clipped(desk):
    path = parquet(desk, "SELECT repeat('x', 2000000) AS note UNION ALL SELECT 'y'")
    with open_source(path) as source:
        long, short = source.rows
    assert (long.line, long.cells, len(long.raw), long.clipped_from) == (1, None, HEAD_BYTES, 2_000_011)
    assert short.cells == {"note": "y"}


@pytest.mark.parametrize("damage", [slice(0, 40), slice(0, -1), slice(0, -9)])
def test_a_damaged_file_is_refused(desk, damage):
    content = parquet(desk, "SELECT range AS id, 'x' || range AS name FROM range(5000)").read_bytes()
    for read in (desk.rows, desk.looks):
        with pytest.raises(BadFile, match=r"orders.parquet cannot be read: its Parquet content is damaged"):
            read(content[damage], "orders.parquet")


def test_a_file_that_is_damaged_further_on_gives_the_rows_before(desk):
    path = parquet(desk, "SELECT range AS id, 'x' || hash(range) AS name FROM range(150000)")
    content = bytearray(path.read_bytes())
    half = len(content) * 11 // 12
    content[half : half + 20_000] = b"\xff" * 20_000
    path.write_bytes(content)
    with (
        open_source(path) as source,
        pytest.raises(BadFile, match=r"after line \d{6}: cannot be read on: its Parquet"),
    ):
        list(source.rows)
