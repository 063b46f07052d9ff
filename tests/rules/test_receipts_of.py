"""What a row's receipt is: its key, its body and its place, whatever else stands in the file."""

import json
import random
from collections import Counter
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.kit import ids
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.events.wire import EVENT, GROUP, ROW, UNREADABLE
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of
from tallystick.tracking.imports.receiving.scratch import Memory
from tallystick.tracking.inbox.rules import CELLS, UNCOMPARED, canonical_digest
from tallystick.tracking.inbox.wire import BODY_BYTES, HEAD_BYTES, TEXT_CHARS, Receipt
from tests.modules.inbox_cast import ACME, NOON

ARRIVAL = Arrival(ACME, "orders", "orders.csv", NOON, ids.new())
KEYLESS = Mapping(name="orders")
KEYED = Mapping(name="orders", key=("order", "sku"))
GROUPED = Mapping(name="orders", group_by=("order",))
LARGE = Memory()
few = settings(max_examples=40, deadline=None)
mappings = st.sampled_from([None, KEYLESS, KEYED, GROUPED])
memories = st.builds(Memory, contents=st.integers(0, 5), sorted_bytes=st.sampled_from([1, 600, 10**6]))


def row(line: int = 2, **cells: str) -> Row:
    return Row(line, cells, b"")


def made(*rows: Row, mapping: Mapping | None = KEYLESS, memory: Memory = LARGE) -> list[Receipt]:
    return list(receipts_of(iter(rows), ARRIVAL, mapping=mapping, memory=memory))


def said(receipts: list[Receipt]) -> Counter[tuple[str, str | None, bytes]]:
    return Counter((receipt.kind, receipt.key, receipt.body) for receipt in receipts)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
readable = st.fixed_dictionaries(
    {"order": st.sampled_from(["", "1", "2"]), "sku": st.sampled_from(["", "a", "b"])}
)
files = st.lists(
    st.one_of(
        readable.map(lambda cells: (cells, msgspec.json.encode(cells))),
        st.sampled_from([(None, b"\xff"), (None, b"x,y,z")]),
    ),
    max_size=25,
).map(lambda rows: [Row(line, cells, raw) for line, (cells, raw) in enumerate(rows, 2)])


@few
@given(files, mappings, memories, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_rows_nor_the_memory_changes_what_is_received(
    rows: list[Row], mapping: Mapping | None, memory: Memory, chance: random.Random
) -> None:
    whole = made(*rows, mapping=mapping)
    assert made(*rows, mapping=mapping, memory=memory) == whole
    shuffled = chance.sample(rows, len(rows))
    assert said(made(*shuffled, mapping=mapping, memory=memory)) == said(whole)


@few
@given(files, mappings, memories)
def test_every_row_is_in_exactly_one_receipt(
    rows: list[Row], mapping: Mapping | None, memory: Memory
) -> None:
    receipts = made(*rows, mapping=mapping, memory=memory)
    lines = [line for receipt in receipts for line in receipt.origin.lines or (receipt.origin.line or 0,)]
    assert sorted(lines) == [row.line for row in rows]
    assert sum(one.origin.rows for one in receipts) == len(rows)
    assert len({(receipt.kind, receipt.key) for receipt in receipts}) == len(receipts) or mapping is KEYED


@few
@given(st.dictionaries(texts | st.sampled_from(sorted(UNCOMPARED)), texts, max_size=4))
def test_cells_are_compared_as_their_json_is_but_for_no_column_left_out(cells: dict[str, str]) -> None:
    body = msgspec.json.encode(cells, order="sorted")
    other = json.dumps(cells, indent=1).encode()
    assert canonical_digest(body, CELLS) == canonical_digest(other, CELLS)
    assert canonical_digest(b"[" + body + b"]", CELLS) == canonical_digest(
        b"[%b]" % other, "application/json"
    )
    if not UNCOMPARED & cells.keys():
        assert canonical_digest(body, CELLS) == canonical_digest(body, "application/json")
    for name, text in cells.items():
        changed = msgspec.json.encode({**cells, name: text + "!"}, order="sorted")
        assert canonical_digest(changed, CELLS) != canonical_digest(body, CELLS)


@few
@given(
    st.binary(max_size=20)
    | st.sampled_from([b'{"a":"1","a":"2"}', b'{"a":1}', b'"\xff"', b'{"a":"\\ud800"}'])
)
def test_what_only_claims_to_be_cells_is_compared_as_any_body(body: bytes) -> None:
    assert canonical_digest(body, CELLS) == canonical_digest(body, "application/json")


def test_two_rows_that_are_the_same_are_two_receipts_and_key_columns_make_them_one_key() -> None:
    same = [row(2, order="1", sku="a"), row(3, sku="a", order="1")]
    first, second = made(*same)
    assert (first.body, first.content_type, first.kind) == (second.body, CELLS, ROW)
    assert [str(receipt.key).partition("#")[2] for receipt in (first, second)] == ["1", "2"]
    assert str(first.key)[:-1] == str(second.key)[:-1]
    assert len({receipt.key for receipt in made(*same, mapping=KEYED)}) == 1


def test_a_row_whose_key_is_empty_is_identified_by_its_content() -> None:
    nameless = [
        row(2, order="", sku="", note="x"),
        row(3, order="", sku="", note="y"),
        row(4, order="", sku="", note="x"),
    ]
    assert made(*nameless, mapping=KEYED) == made(*nameless)
    assert [receipt.key for receipt in made(row(order="", sku="a"), mapping=KEYED)] != [
        receipt.key for receipt in made(row(order="a", sku=""), mapping=KEYED)
    ]


def test_the_lines_of_an_order_are_one_receipt_wherever_they_stand() -> None:
    rows = [
        row(2, order="1", sku="b"),
        row(3, order="2", sku="a"),
        row(4, order="1", sku="a"),
        row(5, order="1", sku="b"),
    ]
    receipts = {receipt.origin.line: receipt for receipt in made(*rows, mapping=GROUPED)}
    one = receipts[2]
    assert one.kind == GROUP
    assert one.body == b'[{"order":"1","sku":"a"},{"order":"1","sku":"b"},{"order":"1","sku":"b"}]'
    assert (one.origin.lines, one.origin.file, one.origin.rows) == ((4, 2, 5), "orders.csv", 3)
    assert receipts[3].origin.lines == (3,)


def test_rows_that_name_no_order_are_not_one_order() -> None:
    rows = [row(2, order="", sku="a"), row(3, order="", sku="b"), row(4, order="", sku="a")]
    receipts = made(*rows, mapping=GROUPED)
    assert [(receipt.kind, receipt.origin.lines) for receipt in receipts] == [
        (GROUP, (2,)),
        (GROUP, (3,)),
        (GROUP, (4,)),
    ]
    assert len({receipt.key for receipt in receipts}) == 3


def test_a_row_that_cannot_be_read_is_a_receipt_of_its_own_also_in_a_grouped_file() -> None:
    broken = Row(3, None, b"1,b,c")
    half = Row(4, {"order": "1", "sku": "\ud800"}, b'{"order": "1", "sku": "\\ud800"}')
    for mapping in (KEYLESS, KEYED, GROUPED):
        receipts = made(row(2, order="1", sku="a"), broken, half, mapping=mapping)
        unreadable = [receipt for receipt in receipts if receipt.content_type == UNREADABLE]
        assert [(receipt.body, receipt.kind) for receipt in unreadable] == [
            (broken.raw, ROW),
            (half.raw, ROW),
        ]


def test_a_row_larger_than_a_receipt_leaves_its_head_and_takes_no_key() -> None:
    large = row(2, order="1", sku="x" * BODY_BYTES)
    by_reader = Row(3, None, b"y" * HEAD_BYTES, clipped_from=5 << 20)
    first, second = made(large, by_reader)
    assert (first.key, len(first.body), second.clipped_from) == (None, HEAD_BYTES, 5 << 20)
    assert (second.key, second.body) == (None, by_reader.raw)
    event = Row(2, None, b"z" * (BODY_BYTES + 1))
    assert [(r.kind, r.key, r.clipped_from) for r in made(event, mapping=None)] == [
        (EVENT, None, BODY_BYTES + 1)
    ]


def test_an_order_larger_than_a_receipt_comes_in_parts_without_a_key_and_loses_no_line() -> None:
    rows = [row(n + 2, order="1", sku=f"{n:04}" + "x" * 1000) for n in range(2500)]
    parts = made(*random.Random(1).sample(rows, len(rows)), row(9999, order="2", sku="a"), mapping=GROUPED)
    *large, small = sorted(parts, key=lambda receipt: receipt.clipped_from is None)
    assert {part.key for part in large} == {None}
    assert all(len(part.body) <= BODY_BYTES < (part.clipped_from or 0) for part in large)
    found = [cells["sku"] for part in large for cells in json.loads(part.body)]
    assert found == [row.cells["sku"] for row in rows if row.cells]
    assert sum(one.origin.rows for one in large) == 2500
    assert (small.key is None, small.origin.rows) == (False, 1)
    alone = made(row(2, order="1", sku="x" * BODY_BYTES), row(3, order="1", sku="a"), mapping=GROUPED)
    assert [(len(part.body) == HEAD_BYTES, part.key) for part in alone] == [(False, None), (True, None)]


def test_a_member_of_an_archive_is_named_and_a_name_is_cut_to_what_a_receipt_holds() -> None:
    rows = [Row(2, {"order": "1"}, b"", member="a.csv"), Row(2, {"order": "1"}, b"", member="b\udcff\0.csv")]
    assert [receipt.origin.file for receipt in made(*rows)] == ["orders.csv/a.csv", "orders.csv/b??.csv"]
    (group,) = made(*rows[:1], *rows[:1], mapping=GROUPED)
    assert group.origin.file == "orders.csv/a.csv"
    (long,) = made(Row(2, {}, b"", member="ü" * 1000))
    assert len((long.origin.file or "").encode()) <= TEXT_CHARS


def test_groups_come_in_the_order_of_their_keys() -> None:
    keys = [
        receipt.key or "" for receipt in made(*(row(n, order=str(n)) for n in range(50)), mapping=GROUPED)
    ]
    assert all(one < other for one, other in pairwise(keys))
