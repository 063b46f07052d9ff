"""Files: every row is kept, what cannot be read says why, and importing again changes nothing."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Foreseen
from tallystick.measurement.attribution.models import Conversion
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.services import publish_mapping
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.reading import original
from tallystick.tracking.imports.receiving.receive import Received
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.wire import HEAD_BYTES, Receipt
from tests.builders import Brand
from tests.journeys.import_cast import brought, received
from tests.people import TESTER

ROOT = Path(__file__).parents[2]
NAUGHTY = ROOT.parent / "shared" / "fixtures" / "blns" / "blns.json"

ORDERS = """
name = "orders"
program = "shop"
zone = "Europe/Berlin"
[fields]
customer = { column = "customer" }
amount = { column = "total" }
occurred_at = { column = "at", format = "%d.%m.%Y %H:%M" }
[[events]]
kind = "click"
origin = { column = "from", values = { A = { partner = "alice" }, B = { partner = "bob" } } }
[[events]]
kind = "purchase"
when = { column = "bought", in = ["yes"] }
attributes = { note = "note" }
"""
HEADER = "at,from,customer,total,bought,note\n"
ROWS = [
    "02.03.2026 10:00,A,carol,80.00,yes,first",
    "02.03.2026 11:00,B,dora,9.99,yes,",
    "02.03.2026 11:00,B,dora,9.99,yes,",
    "03.03.2026 12:30,A,erin,,no,",
    '04.03.2026 08:00,A,carol,12.00,yes,"two\nlines"',
]


@pytest.fixture
def shop(acme: Brand) -> Brand:
    acme.defines("purchase", primary=True, dedupe="event")
    return acme


def imports(brand: Brand, path: Path, content: str | bytes, mapping: str = ORDERS) -> Received:
    """What `tallystick import FILE --mapping FILE` does; without a mapping, of canonical events."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    row = brought(brand.id, path, mapping)
    assert (row.state, row.error) == ("received", "")
    return received(row)


def breaks_off(brand: Brand, path: Path, content: str | bytes, mapping: str = ORDERS) -> Import:
    """An import that cannot be read to its end."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    row = brought(brand.id, path, mapping)
    assert row.state == "failed"
    return row


def events_of(brand: Brand) -> list[dict[str, Any]]:
    """Everything about a brand's events but when they came in."""
    with brand_scope(brand.id):
        rows = list(Event.objects.order_by("id").values())
    return [
        {name: value for name, value in row.items() if name not in ("received_at", "recorded_at", "batch")}
        for row in rows
    ]


def kept(brand: Brand) -> list[Receipt]:
    """A brand's receipts, oldest first."""
    return [stored.receipt for stored in journey.inbox().read(brand.id, None, 1000).receipts]


def quarantined(brand: Brand) -> list[tuple[str, int | None, str, str]]:
    with brand_scope(brand.id):
        rows = Quarantined.objects.filter(state="waiting").order_by("line")
        return [(row.reason, row.line, row.column, row.value) for row in rows]


def test_every_row_of_a_file_becomes_its_events(shop, tmp_path):
    assert imports(shop, tmp_path / "orders.csv", HEADER + "\n".join(ROWS)) == Received(5, 5, 0, 0)
    events = events_of(shop)
    assert sorted(event["kind"] for event in events) == ["click"] * 5 + ["purchase"] * 4
    assert {event["amount_minor"] for event in events} == {8000, 999, 1200, None}
    first = min(event["occurred_at"] for event in events)
    assert first.isoformat() == "2026-03-02T09:00:00+00:00"


def test_two_rows_that_are_the_same_to_the_letter_are_two_sales(shop, tmp_path):
    imports(shop, tmp_path / "orders.csv", HEADER + "\n".join(ROWS))
    with brand_scope(shop.id):
        assert Conversion.objects.count() == 4
        assert Conversion.objects.filter(subject="c:dora").count() == 2


def test_importing_a_file_again_in_any_order_of_its_rows_changes_nothing(shop, tmp_path):
    imports(shop, tmp_path / "orders.csv", HEADER + "\n".join(ROWS))
    before, standing, decisions = events_of(shop), shop.standing(), shop.decisions()
    for seed in range(3):
        shuffled = random.Random(seed).sample(ROWS, len(ROWS))
        again = imports(shop, tmp_path / "again.csv", HEADER + "\n".join(shuffled))
        assert again == Received(5, 0, 5, 0)
    assert events_of(shop) == before
    assert (shop.standing(), shop.decisions()) == (standing, decisions)


REWRITTEN = {
    "byte order mark": lambda text: "\ufeff" + text,
    "CRLF": lambda text: text.replace("\n", "\r\n").replace("two\r\nlines", "two\nlines"),
    "semicolon": lambda text: text.replace(",", ";"),
    "tab": lambda text: text.replace(",", "\t"),
    "bar": lambda text: text.replace(",", "|"),
    "blank lines": lambda text: text + "\n\n\n",
    "spaces": lambda text: text.replace(",A,", ", A ,"),
    "quotes": lambda text: text.replace("carol", '"carol"'),
}


@pytest.mark.one_database
def test_the_way_a_file_is_written_does_not_matter(shop, tmp_path):
    text = HEADER + "\n".join(ROWS)
    imports(shop, tmp_path / "orders.csv", text)
    again = {way: imports(shop, tmp_path / "again.csv", write(text)) for way, write in REWRITTEN.items()}
    assert again == dict.fromkeys(REWRITTEN, Received(5, 0, 5, 0))


def test_what_cannot_be_read_waits_with_its_line_column_and_value(shop, tmp_path):
    content = (HEADER + ROWS[0] + "\n").encode()
    content += b"02.03.2026 10:00,A,Zo\xeb,80.00,yes,\n"
    content += b"02.03.2026 10:00,A,carol,80.00\n"
    content += b"02.03.2026 10:00,C,carol,80.00,yes,\n"
    content += b"2026-03-02,A,carol,80.00,yes,\n"
    content += b'02.03.2026 10:00,A,carol,"80,00",yes,\n'
    content += b"02.03.2026 10:00,A,ca\0rol,80.00,yes,\n"
    content += b"02.03.2026 10:00,A,,80.00,yes,\n"
    imports(shop, tmp_path / "orders.csv", content)
    assert quarantined(shop) == [
        ("encoding", 3, "", "02.03.2026 10:00,A,Zo\N{REPLACEMENT CHARACTER},80.00,yes,"),
        ("syntax", 4, "", "02.03.2026 10:00,A,carol,80.00"),
        ("schema", 5, "from", "C"),
        ("schema", 6, "at", "2026-03-02"),
        ("schema", 7, "total", "80,00"),
        ("encoding", 8, "", "02.03.2026 10:00,A,ca\N{REPLACEMENT CHARACTER}rol,80.00,yes,"),
        ("schema", 9, "visitor", ""),
    ]
    with brand_scope(shop.id):
        assert all(row.fix and row.detail and row.file == "orders.csv" for row in Quarantined.objects.all())


def test_a_mended_mapping_and_a_replay_release_what_waited(shop, tmp_path):
    content = HEADER + ROWS[0] + "\n02.03.2026 10:00,C,dora,80.00,yes,\n"
    imports(shop, tmp_path / "orders.csv", content)
    assert quarantined(shop) == [("schema", 3, "from", "C")]
    mended = ORDERS.replace("values = { A", 'values = { C = { channel = "search" }, A')
    with brand_scope(shop.id):
        publish_mapping(name="orders", text=mended, by=TESTER)
    assert shop.replays().released == 1
    assert quarantined(shop) == []
    with brand_scope(shop.id):
        assert Conversion.objects.filter(attribution__credited=True).count() == 2
    assert imports(shop, tmp_path / "orders.csv", content, mended) == Received(2, 0, 2, 0)


def test_a_row_with_a_key_that_says_something_else_the_next_time_is_a_conflict(shop, tmp_path):
    keyed = ORDERS.replace('program = "shop"', 'program = "shop"\nkey = ["at", "customer"]')
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0], keyed)
    changed = ROWS[0].replace("80.00", "8000.00")
    assert imports(shop, tmp_path / "orders.csv", HEADER + changed, keyed) == Received(1, 0, 0, 1)
    assert shop.waiting() == {"duplicate_conflict": 1}


NOTHING_TO_READ = [
    (b"", "orders.csv is empty"),
    (b"\n\n", "The first line must name the columns"),
    (b"at,from,customer,total,note\n", "no column 'bought'. Its columns are: at, from"),
    (b"at,from,customer,total,bought,note,at\n", "column 'at' stands there twice"),
    (b"at,from,customer,total,bought,note,,\n", "a column without a name stands there twice"),
    (b"at,from,customer,total,bought,note,\xfc\n", "not UTF-8"),
    (b"at,from,customer,total,bought,no\0te\n", "not UTF-8"),
    (b'at,from,customer,total,bought,"note\n', "Check the quotes"),
    (gzip.compress(HEADER.encode(), mtime=0)[:20], "packed content ends in the middle"),
    (b"PK\x03\x04\x14\0", "packed content is damaged"),
    (b"PAR1\x15\x04", "Parquet content is damaged"),
    (HEADER.encode() + bytes(5_000), "full of NUL characters"),
]


@pytest.mark.one_database
def test_a_file_of_which_nothing_can_be_read_says_why(shop, tmp_path):
    for content, complaint in NOTHING_TO_READ:
        with pytest.raises(Foreseen, match=complaint) as refused:
            imports(shop, tmp_path / "orders.csv", content)
        str(refused.value).encode()
    assert kept(shop) == []


def test_a_header_may_hold_line_breaks_in_quotes_and_blank_lines_before_it(shop, tmp_path):
    text = "\n \n" + HEADER.replace(",", ";").replace("note", '"no\nte"') + ROWS[0].replace(",", ";")
    mapping = ORDERS.replace('note = "note"', 'note = "no\\nte"')
    assert imports(shop, tmp_path / "orders.csv", text, mapping) == Received(1, 1, 0, 0)
    assert [receipt.origin.line for receipt in kept(shop)] == [5]
    assert quarantined(shop) == []


def test_a_cell_may_be_as_large_as_a_receipt(shop, tmp_path):
    row = ROWS[0].replace("first", "y" * 200_000)
    imports(shop, tmp_path / "orders.csv", HEADER + row + "\n" + ROWS[1])
    assert sorted(len(receipt.body) > 200_000 for receipt in kept(shop)) == [False, True]


def test_a_row_larger_than_a_receipt_is_clipped_and_reading_goes_on(shop, tmp_path):
    broken = "x," + "y" * (3 << 20)
    content = HEADER + ROWS[0] + "\n" + broken + "\n" + ROWS[1] + "\n"
    found = imports(shop, tmp_path / "orders.csv", content)
    receipts = kept(shop)
    assert found == Received(3, 3, 0, 0)
    assert [receipt.clipped_from for receipt in receipts if receipt.clipped_from] == [len(broken) + 1]
    assert [(r.body.decode(), r.key) for r in receipts if r.clipped_from] == [(broken[:HEAD_BYTES], None)]
    assert [(reason, line) for reason, line, _, _ in quarantined(shop)] == [("size", 3)]


def test_the_bytes_of_a_row_that_cannot_be_read_are_kept_as_they_stand(shop, tmp_path):
    row = b'"02.03.2026 10:00",A,"Zo\xeb\r\n""x""",80.00'
    imports(shop, tmp_path / "orders.csv", HEADER.encode() + row + b"\r\n")
    assert [receipt.body for receipt in kept(shop)] == [row]


def test_rows_before_a_fault_of_the_disk_are_kept_and_it_is_said(shop, tmp_path, monkeypatch):
    class BreaksOff(original.Original):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == self.total_bytes:
                raise OSError(5, "Input/output error")
            return super().read(size)

    monkeypatch.setattr(original, "Original", BreaksOff)
    row = breaks_off(shop, tmp_path / "orders.csv", HEADER + "\n".join(ROWS[:3]) + "\n")
    assert "after line 4: cannot be read on: Input/output error. The rows before are kept" in row.error
    assert received(row) == Received(3, 3, 0, 0)
    event = '{"kind": "click", "occurred_at": "2026-03-02T09:00:00Z", "visitor": "v", "partner": "alice"}\n'
    assert "after line 2" in breaks_off(shop, tmp_path / "events.ndjson", event * 2, "").error
    assert [event["kind"] for event in events_of(shop)].count("click") == 5


def test_a_row_too_large_to_be_kept_leaves_its_head_in_quarantine(shop, tmp_path):
    line = json.dumps({"kind": "purchase", "occurred_at": "2026-03-02T09:00:00Z", "visitor": "v" * (1 << 20)})
    good = json.dumps({"kind": "purchase", "occurred_at": "2026-03-02T09:00:00Z", "visitor": "v"})
    assert imports(shop, tmp_path / "events.ndjson", f"{line}\n{good}\n", "").accepted == 2
    assert shop.waiting() == {"size": 1}


def test_lines_of_events_that_are_none_wait_each_with_its_reason(shop, tmp_path):
    good = '{"kind": "purchase", "occurred_at": "2026-03-02T09:00:00Z", "visitor": "v1", "order": "1001"}'
    lines = [
        good,
        "{",
        '{"kind": "purchase"}',
        good[:-1] + ', "colour": "red"}',
        good.replace("v1", "v\\u0000"),
    ]
    lines += [
        good.replace("purchase", "gift"),
        good.replace("2026", "1926"),
        good.replace("Z", ""),
        good.replace("v1", ""),
    ]
    lines += [
        good.replace("2026-03-02T09:00:00Z", "0001-01-01T00:00:00+14:00"),
        good[:-1] + ', "device": "' + "x" * 41 + '"}',
    ]
    lines += [good[:-1] + ', "attributes": {"a": "\\u0000"}}', good[:-1] + ', "program": "other"}']
    imports(shop, tmp_path / "events.ndjson", "\n".join(lines) + "\n", "")
    assert [event["order"] for event in events_of(shop)] == ["1001"]
    assert shop.waiting() == {"syntax": 1, "schema": 10, "unknown_program": 1}


def test_naughty_texts_come_back_as_they_are(shop, tmp_path):
    if not NAUGHTY.exists():
        pytest.skip("the list of naughty strings is not here")
    texts = [text for text in json.loads(NAUGHTY.read_text()) if text and len(text) <= 200]
    event = {"kind": "purchase", "occurred_at": "2026-03-02T09:00:00Z"}
    lines = [json.dumps({**event, "order": str(n), "customer": text}) + "\n" for n, text in enumerate(texts)]
    assert imports(shop, tmp_path / "events.ndjson", "".join(lines), "").accepted == len(texts)
    assert {event["order"]: event["customer"] for event in events_of(shop)} == {
        str(n): t for n, t in enumerate(texts)
    }
    with brand_scope(shop.id):
        assert set(Conversion.objects.values_list("subject", flat=True)) == {f"c:{text}" for text in texts}


def test_naughty_texts_in_a_table_come_back_without_the_spaces_around_them(shop, tmp_path):
    if not NAUGHTY.exists():
        pytest.skip("the list of naughty strings is not here")
    texts = [text for text in json.loads(NAUGHTY.read_text()) if text.strip() and len(text) <= 200]
    quoted = [text.replace('"', '""') for text in texts]
    lines = [f'02.03.2026 10:00,A,c{n},1.00,yes,"{text}"' for n, text in enumerate(quoted)]
    imports(shop, tmp_path / "orders.csv", HEADER + "\n".join(lines))
    kept = {e["customer"]: e["attributes"].get("note") for e in events_of(shop) if e["kind"] == "purchase"}
    assert kept == {f"c{n}": text.strip() for n, text in enumerate(texts)}


@pytest.mark.one_database
def test_a_quote_that_nobody_closes_waits_alone_and_takes_no_other_row_with_it(shop, tmp_path):
    """More stands after it than a row may hold."""
    good = "".join(f"02.03.2026 11:00,B,customer-{n},9.99,no,{'x' * 10_000}\n" for n in range(120))
    content = HEADER + ROWS[0] + '\n02.03.2026 11:00,B,dora,9.99,yes,"12 inch\n' + good
    assert imports(shop, tmp_path / "orders.csv", content) == Received(122, 122, 0, 0)
    assert [(reason, line) for reason, line, _, _ in quarantined(shop)] == [("syntax", 3)]
