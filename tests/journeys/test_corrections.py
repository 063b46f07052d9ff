"""Rows that could not be used: mended in the file, or dismissed for a reason."""

import pytest

from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.tracking.inbox import queries, services
from tests.builders import Brand
from tests.journeys.test_importing import HEADER, ORDERS, ROWS, events_of, imports, quarantined
from tests.people import TESTER

KEYED = ORDERS.replace('program = "shop"', 'program = "shop"\nkey = ["at", "customer"]')
CODES = """
name = "codes"
program = "shop"
zone = "Europe/Berlin"
[fields]
customer = { column = "customer" }
occurred_at = { column = "at", format = "%d.%m.%Y %H:%M" }
[[events]]
kind = "code_use"
when = { column = "note", filled = true }
fields.code = { column = "note" }
[[events]]
kind = "purchase"
fields.amount = { column = "total" }
"""


@pytest.fixture
def shop(acme: Brand) -> Brand:
    acme.defines("purchase", primary=True, dedupe="event")
    return acme


def test_a_corrected_row_takes_the_place_of_the_one_that_waits(shop, tmp_path):
    wrong = ROWS[0].replace("80.00", "eighty")
    imports(shop, tmp_path / "orders.csv", HEADER + wrong, KEYED)
    assert quarantined(shop) == [("schema", 2, "total", "eighty")]
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0], KEYED)
    assert quarantined(shop) == []
    assert sorted(event["kind"] for event in events_of(shop)) == ["click", "purchase"]


def test_the_wrong_row_after_the_good_one_changes_nothing(shop, tmp_path):
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0], KEYED)
    before = events_of(shop)
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0].replace("80.00", "eighty"), KEYED)
    assert events_of(shop) == before
    assert shop.waiting() == {"duplicate_conflict": 1}


def test_a_dismissed_row_is_kept_for_its_reason_can_be_taken_back_and_still_be_corrected(shop, tmp_path):
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0].replace("80.00", "eighty"), KEYED)
    with brand_scope(shop.id):
        (row,) = queries.waiting()
        assert services.dismiss([row.receipt_id], why="a test of ours", at=clock.now(), by=TESTER) == 1
        assert queries.waiting() == []
        assert queries.one(row.receipt_id).why == "a test of ours"
        assert services.dismiss([row.receipt_id], why="again", at=clock.now(), by=TESTER) == 0
        assert services.take_back([row.receipt_id], by=TESTER) == 1
        assert queries.one(row.receipt_id).state == "waiting"
        services.dismiss([row.receipt_id], why="a test of ours", at=clock.now(), by=TESTER)
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0], KEYED)
    assert quarantined(shop) == []
    assert sorted(event["kind"] for event in events_of(shop)) == ["click", "purchase"]


def test_a_dismissal_without_a_reason_is_refused(shop, tmp_path):
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0].replace("80.00", "eighty"), KEYED)
    with brand_scope(shop.id):
        (row,) = queries.waiting()
        with pytest.raises(ValueError, match="for a reason"):
            services.dismiss([row.receipt_id], why="  ", at=clock.now(), by=TESTER)


def test_a_voucher_nobody_owns_waits_instead_of_earning_nothing(shop, tmp_path):
    rows = "02.03.2026 10:00,,carol,80.00,,NOBODY\n02.03.2026 11:00,,dora,9.99,,\n"
    imports(shop, tmp_path / "codes.csv", HEADER + rows, CODES)
    assert quarantined(shop) == [("unknown_partner", 2, "note", "NOBODY")]
    assert [event["kind"] for event in events_of(shop)] == ["purchase"]


def test_a_negative_amount_is_no_purchase(shop, tmp_path):
    imports(shop, tmp_path / "orders.csv", HEADER + ROWS[0].replace("80.00", "-80.00"), KEYED)
    assert quarantined(shop) == [("schema", 2, "total", "-80.00")]
    assert events_of(shop) == []


def test_rows_with_an_empty_key_do_not_stand_in_for_one_another(shop, tmp_path):
    keyed = ORDERS.replace('program = "shop"', 'program = "shop"\nkey = ["note"]')
    rows = "\n".join(ROWS[1:3])
    assert imports(shop, tmp_path / "orders.csv", HEADER + rows, keyed).accepted == 2
    assert imports(shop, tmp_path / "orders.csv", HEADER + rows, keyed).duplicate == 2
    assert len(events_of(shop)) == 4
