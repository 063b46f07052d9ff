"""Objects leave out what is empty: that says what an empty cell says, and only there."""

import json
from dataclasses import replace
from itertools import chain

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.kit import ids
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.events.receipts import AnyDraft, claims_of
from tallystick.tracking.events.rules import Draft
from tallystick.tracking.imports.reading.ndjson import json_rows
from tallystick.tracking.imports.receiving.receipts import Arrival, receipts_of
from tallystick.tracking.imports.rules.corrections import BadCorrection, with_cells, with_value
from tallystick.tracking.inbox.rules import CELLS, SPARSE_CELLS, Reason, canonical_digest
from tallystick.tracking.inbox.stores.port import Stored
from tallystick.tracking.inbox.wire import Receipt
from tests.modules.inbox_cast import ACME, NOON
from tests.rules.test_verify_receipts import CONTEXT

MIXED, RETAIL = CONTEXT.mappings["mixed"], CONTEXT.mappings["retail"]
SALE = {"ID": "1", "At": "2026-03-02", "Who": "carol", "Total": "-9.50"}

days = st.sampled_from(["", "2026-03-02", "2026-03-03", "soon"])
people = st.sampled_from(["", "carol", "dave"])
numbers = st.sampled_from(["", "2", "1.50", "x"])
mixed_rows = st.fixed_dictionaries(
    {"ID": st.sampled_from(["", "1"]), "At": days, "Who": people, "Total": numbers, "Fee": numbers}
    | dict.fromkeys(("Partner", "Code"), st.sampled_from(["", "alice", "n-1"]))
)
order_lines = st.fixed_dictionaries(
    {"No": st.sampled_from(["", "7"]), "At": days, "Who": people, "Count": numbers, "Price": numbers}
    | {
        "Land": st.sampled_from(["Austria", ""]),
        "Voucher": st.just(""),
        "Note": st.sampled_from(["", "gift"]),
    }
)


def receipts(*objects: dict[str, str], mapping: Mapping, is_sparse: bool = True) -> list[Receipt]:
    rows = json_rows([msgspec.json.encode(one) for one in objects], member="")
    arrival = Arrival(ACME, mapping.name, "rows.ndjson", NOON, ids.new(), is_sparse)
    return list(receipts_of(rows, arrival, mapping=mapping))


def drafts(receipt: Receipt) -> list[AnyDraft]:
    return claims_of(Stored(receipt=receipt, place="", digest=b""), CONTEXT).drafts


def outcome(receipt: Receipt) -> Reason | list[AnyDraft]:
    """What a receipt stands for, the lines of an order as a set: a group has an order of its own."""
    try:
        found = drafts(receipt)
    except Rejected as rejected:
        return rejected.reason
    return [
        replace(one, lines=tuple(sorted(one.lines, key=json.dumps))) if isinstance(one, Draft) else one
        for one in found
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(mixed_rows, max_size=4), st.lists(order_lines, max_size=4))
def test_leaving_out_what_is_empty_changes_nothing_that_comes_of_it(mixed, lines):
    def all_of(objects, mapping):
        return sorted(str(outcome(one)) for one in receipts(*objects, mapping=mapping))

    for objects, mapping in ((mixed, MIXED), (lines, RETAIL)):
        bare = [{name: cell for name, cell in one.items() if cell} for one in objects]
        assert all_of(bare, mapping) == all_of(objects, mapping)


def test_only_where_rows_may_leave_cells_out_a_column_may_be_lacking():
    (sparse,) = receipts(SALE, mapping=MIXED)
    (draft,) = drafts(sparse)
    assert (draft.kind, draft.amount_minor) == ("past_order", 950)
    (whole,) = receipts(SALE, mapping=MIXED, is_sparse=False)
    with pytest.raises(Rejected, match="the row has no column 'Partner'"):
        drafts(whole)


def test_where_a_column_is_lacking_that_must_be_filled_the_row_says_so():
    (receipt,) = receipts({**SALE, "Code": "n-1"}, mapping=MIXED)
    with pytest.raises(Rejected, match="the cell with the `partner` is empty") as refused:
        drafts(receipt)
    assert (refused.value.column, refused.value.value) == ("Partner", "")


@pytest.mark.parametrize("mapping", [MIXED, RETAIL])
def test_rows_that_leave_cells_out_have_the_keys_and_digests_of_any_rows(mapping):
    objects = [{**SALE, "timestamp": stamp, "No": "7"} for stamp in ("1", "2")]
    pairs = [receipts(*objects, mapping=mapping, is_sparse=either) for either in (True, False)]
    for sparse, whole in zip(*pairs, strict=True):
        assert (sparse.key, sparse.body) == (whole.key, whole.body)
        assert (sparse.content_type, whole.content_type) == (SPARSE_CELLS, CELLS)
    digests = {canonical_digest(one.body, one.content_type) for one in chain(*pairs)}
    assert len(digests) == len(pairs[0])


def test_a_cell_that_a_row_left_out_may_be_said_and_it_may_still_leave_out_others():
    (receipt,) = receipts({**SALE, "Code": "n-1"}, mapping=MIXED)
    said = with_cells(receipt, {"Partner": "alice"}, line=None, needed=("Partner", "Fee"))
    assert json.loads(said.body) == {**SALE, "Code": "n-1", "Partner": "alice"}
    assert [type(one).__name__ for one in drafts(said)] == ["Draft", "PartnerOpening", "CodeOpening"]
    assert with_value(receipt, column="Partner", value="", to="alice") == said
    with pytest.raises(BadCorrection, match=r"no column 'Parner'; its columns: At, .*, Partner"):
        with_cells(receipt, {"Parner": "alice"}, line=None, needed=("Partner",))
    (whole,) = receipts(SALE, mapping=MIXED, is_sparse=False)
    with pytest.raises(BadCorrection, match="no column 'Partner'"):
        with_cells(whole, {"Partner": "alice"}, line=None, needed=("Partner",))
    assert with_value(whole, column="Partner", value="", to="alice") is None
