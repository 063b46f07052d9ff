"""Reading NDJSON, and the collections of others that break readers."""

import json
from contextlib import suppress
from pathlib import Path

import pytest

from tallystick.kit.delimited import BadFile
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.reading.source import is_events
from tallystick.tracking.inbox.wire import HEAD_BYTES
from tests.rules.reading_cast import SHARED, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(params=[7, 64, 1 << 18], ids=lambda size: f"pieces of {size} bytes")
def any_piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same whatever the pieces are in which a file is read."""
    monkeypatch.setattr("tallystick.tracking.imports.reading.content.PIECE_BYTES", request.param)


NDJSON = """{"id": 1, "total": 1.10, "customer": {"email": "a@b.c", "tags": ["x", "y"]}, "paid": true, "note": null}

{"id": 12345678901234567890123, "total": 1e999, "customer": {}, "paid": false}
{"id": 2, "total": NaN}
[1, 2]
{"a.b": 1, "a": {"b": 2}}
{"id": 3}
"""


@pytest.mark.usefixtures("any_piece")
def test_ndjson_is_flattened_and_its_digits_stay_as_they_are_written(desk):
    rows = desk.rows(NDJSON, "export.ndjson")
    assert [(row.line, row.cells) for row in rows] == [
        (
            1,
            {
                "id": "1",
                "total": "1.10",
                "customer.email": "a@b.c",
                "customer.tags.0": "x",
                "customer.tags.1": "y",
                "paid": "true",
                "note": "",
            },
        ),
        (3, {"id": "12345678901234567890123", "total": "1e999", "customer": "", "paid": "false"}),
        (4, None),
        (5, None),
        (6, None),
        (7, {"id": "3"}),
    ]
    assert rows[0].raw == NDJSON.encode().split(b"\n")[0]


def test_a_line_without_end_is_not_held_in_memory(desk):
    content = b'{"a": "' + b"x" * (5 << 20) + b'\n{"id": 1}\n'
    assert desk.rows(content, "export.ndjson") == [
        Row(1, None, content[:HEAD_BYTES], (5 << 20) + 8),
        Row(2, {"id": "1"}, b'{"id": 1}'),
    ]


@pytest.mark.parametrize("name", ["export.json", "export.txt", "export.ndjson"])
def test_ndjson_is_told_from_its_content(desk, name):
    look = desk.looks(NDJSON, name)
    assert (look.format, look.separator, look.events) == ("ndjson", "", False)
    assert look.sheets[0].columns[:3] == ("id", "total", "customer.email")


def test_names_that_cost_more_than_a_row_may_make_it_unreadable(desk):
    line = json.dumps({"x" * 100_000: list(range(1_000)), "id": 1})
    assert desk.cells(line + '\n{"id": 2}\n', "export.ndjson") == [None, {"id": "2"}]


def test_a_needed_name_may_come_late_in_ndjson_but_not_in_none_of_its_lines(desk):
    early = json.dumps({"id": 1, "note": "x" * 1_000}) + "\n"
    late = early * 1_500 + '{"id": 2, "total": 3}\n'
    assert len(desk.rows(late, "export.ndjson", needed=["id", "total"])) == 1_501
    for content, needed in ((early, ["id", "total"]), (late, ["total"])):
        with pytest.raises(BadFile, match="no column 'total'"):
            desk.rows(content, "export.ndjson", needed=needed)


def test_canonical_events_are_told_by_their_fields(desk):
    event = '{"kind": "click", "occurred_at": "2026-03-02T09:00:00Z"}\n'
    assert is_events(desk.file(event * 3 + "{\n", "events.ndjson"))
    assert desk.looks(event).events
    assert not is_events(desk.file(NDJSON, "export.ndjson"))
    assert not is_events(desk.file("kind,occurred_at\nclick,2026\n"))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not here")
class TestSharedFixtures:
    """What others collected to break readers."""

    def test_every_file_of_the_json_test_suite_is_a_row_or_an_unreadable_one(self, desk):
        paths = sorted((SHARED / "fixtures" / "json-test-suite" / "test_parsing").glob("*.json"))
        assert paths
        contents = {path.name: path.read_bytes().replace(b"\n", b" ").strip() for path in paths}
        whole = {name: content for name, content in contents.items() if content}
        good = b'{"kind": "click"}'
        rows = desk.rows(b"\n".join([good, *whole.values(), good]) + b"\n", "suite.ndjson")
        assert [row.line for row in rows] == list(range(1, len(whole) + 3))
        assert (rows[0].cells, rows[-1].cells) == ({"kind": "click"}, {"kind": "click"})
        read = {name: row.cells for name, row in zip(whole, rows[1:-1], strict=True)}
        assert [name for name, cells in read.items() if name.startswith("n_") and cells is not None] == []
        objects = [
            name for name, content in whole.items() if name.startswith("y_") and content.startswith(b"{")
        ]
        assert [name for name in objects if read[name] is None] == []

    def test_every_file_of_the_json_test_suite_alone_is_read_or_refused(self, desk):
        for path in (SHARED / "fixtures" / "json-test-suite" / "test_parsing").glob("*.json"):
            with suppress(BadFile):
                desk.rows(path.read_bytes(), "alone.json")

    def test_naughty_texts_come_back_from_a_table_and_from_ndjson(self, desk):
        texts = [
            text for text in json.loads((SHARED / "fixtures/blns/blns.json").read_text()) if text.strip()
        ]
        table = "name,total\n" + "".join('"' + text.replace('"', '""') + '",1\n' for text in texts)
        assert [row and row["name"] for row in desk.cells(table)] == [text.strip() for text in texts]
        objects = "".join(json.dumps({"name": text}, ensure_ascii=False) + "\n" for text in texts)
        assert [row and row["name"] for row in desk.cells(objects, "blns.ndjson")] == texts

    def test_formulas_are_cells_like_all_others(self, desk):
        payloads = (SHARED / "fixtures/csv-injection/csv-payload.txt").read_text().splitlines()
        table = "name,total\n" + "".join('"' + text.replace('"', '""') + '",1\n' for text in payloads)
        assert [row and row["name"] for row in desk.cells(table)] == [text.strip() for text in payloads]
