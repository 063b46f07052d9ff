"""Reports: which one of a thing counts, how they are listed, and what of them the warehouse gets."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.facts import REPORTED, SHOP_ORDERS, TABLES, Changes
from tallystick.kit.listing import BadWish, Wish
from tallystick.measurement.warehouse import configured
from tallystick.measurement.warehouse.queries import snapshot
from tallystick.partners.partnerships.models import Partnership
from tallystick.partners.partnerships.rules import Origin
from tallystick.tracking.reported.facts import REPORT_FACTS
from tallystick.tracking.reported.models import Cost, ReportedOrder
from tallystick.tracking.reported.queries import COMMISSIONS, COSTS, ORDERS, TOTALS, current
from tallystick.tracking.reported.rules import CommissionDraft, CostDraft, OrderDraft, TotalDraft
from tallystick.tracking.reported.services import Report, record_reported
from tests.builders import Brand

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)


@pytest.fixture
def acme(house):
    acme = Brand("Acme")
    with brand_scope(acme.id):
        yield acme


def order(acme: Brand, number: str, *, status: str = "placed", at: datetime = NOW) -> OrderDraft:
    return OrderDraft(
        program_id=acme.program_id,
        reference=number,
        order=number,
        ordered_at=at,
        amount_minor=8000,
        currency="EUR",
        status=status,
        status_raw=status,
    )


def cost(acme: Brand, *, on: date = date(2026, 3, 2), reference: str = "") -> CostDraft:
    return CostDraft(
        program_id=acme.program_id,
        reference=reference,
        kind="spend",
        on=on,
        amount_minor=1250,
        currency="EUR",
    )


def report(
    draft: Any, *, receipt: UUID | None = None, leg: int = 0, at: datetime = NOW, source: str = "shop"
) -> Report:
    receipt = receipt or ids.new()
    return Report(draft, receipt, source, (receipt,), leg, at)


def record(*reports: Report, batch: int = 1) -> None:
    record_reported(reports, batch=batch, recorded_at=NOW)


def test_the_latest_received_report_of_one_thing_counts_in_whatever_order_they_are_recorded(acme):
    first, second = UUID(int=1), UUID(int=2)
    told = {
        "placed": report(order(acme, "1", status="placed"), receipt=second, at=NOW),
        "cancelled": report(order(acme, "1", status="cancelled"), receipt=first, at=SOON),
        "other": report(order(acme, "1", status="other"), receipt=second, at=SOON),
        "refunded": report(order(acme, "1", status="refunded"), receipt=second, at=SOON, leg=1),
    }
    for number, arrived in enumerate(itertools.permutations(told.values())):
        source = f"of-{number}"
        for place, one in enumerate(arrived):
            mine = Report(one.draft, one.receipt_id, source, (source, str(place)), one.leg, one.received_at)
            record(mine, batch=10 * number + place + 1)
        (counts,) = current(ReportedOrder).filter(source=source)
        assert counts.status == "refunded"
    assert ReportedOrder.objects.count() == 4 * 24


def test_the_same_reference_of_another_source_is_another_thing(acme):
    record(report(order(acme, "1"), source="shop"), report(order(acme, "1"), source="erp"))
    assert current(ReportedOrder).count() == 2


def test_a_report_without_a_reference_stands_for_itself_alone(acme):
    record(
        report(cost(acme)),
        report(cost(acme)),
        report(cost(acme, reference="a")),
        report(cost(acme, reference="a")),
    )
    assert current(Cost).count() == 3


def test_the_same_receipt_recorded_twice_makes_the_same_row(acme):
    one = report(cost(acme))
    record(one)
    (row,) = Cost.objects.all()
    assert row.id == ids.derive("cost", one.receipt_id, "0", at=datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def full(acme):
    alice = Origin(partnership_id=partnership_of("alice"))
    record(
        report(order(acme, "1001")),
        report(order(acme, "1002", status="refunded", at=SOON)),
        report(cost(acme)),
        report(
            TotalDraft(
                program_id=acme.program_id,
                reference="t",
                measure="sends",
                on=date(2026, 3, 2),
                value_millionths=1_200_000_000,
                amount_minor=None,
                currency=None,
                origin=alice,
            )
        ),
        report(
            CommissionDraft(
                program_id=acme.program_id,
                reference="c",
                origin=alice,
                kind="sale",
                amount_minor=800,
                sale_minor=8000,
                currency="EUR",
                status="paid",
                status_raw="Settled",
                earned_at=NOW,
                customer="carol",
                order="1001",
            )
        ),
    )
    return acme


def partnership_of(key: str) -> UUID:

    return Partnership.objects.get(partner__key=key).id


def test_reports_are_listed_searched_and_narrowed(full):
    def found(listing, **wish):
        return len(listing.page(Wish(**wish)).rows)

    assert [row.order for row in ORDERS.page(Wish()).rows] == ["1002", "1001"]
    assert found(ORDERS, filters={"status": "refunded"}) == 1
    assert found(ORDERS, text="1001") == 1
    assert found(TOTALS, filters={"partner": "alice", "measure": "sends"}) == 1
    assert found(TOTALS, filters={"partner": "bob"}) == 0
    assert found(COSTS, filters={"kind": "spend"}, sort="amount") == 1
    assert found(COMMISSIONS, text="settled alice", filters={"status": "paid"}) == 1
    with pytest.raises(BadWish):
        found(COMMISSIONS, filters={"status": "settled"})


def published(table: str, column: str) -> list[Any]:
    rows = configured.engine().rows(
        f"SELECT {column} FROM {table} ORDER BY {column}", {}, tables={table: snapshot().paths(table)}
    )
    return [row[column] for row in rows]


def test_the_warehouse_gets_every_sort_of_report_by_its_day(full):
    assert {source.table for source in REPORT_FACTS} == set(REPORTED) <= set(TABLES)
    rows = {source.table.name: list(source.rows(date(2026, 3, 2), upto=1)) for source in REPORT_FACTS}
    assert {name: len(found) for name, found in rows.items()} == {
        "reported_totals": 1,
        "reported_costs": 1,
        "past_commissions": 0,
        "shop_orders": 0,
    }
    assert datetime(2026, 3, 2, tzinfo=UTC) in rows["reported_costs"][0]
    assert [source.waiting(None) for source in REPORT_FACTS] == [1, 1, 1, 2]


def test_a_later_report_changes_the_day_that_it_leaves_and_the_day_it_is_of(acme):
    orders = REPORT_FACTS[-1]
    yesterday = NOW - timedelta(days=1)
    record(report(order(acme, "1", at=yesterday), at=NOW), report(order(acme, "2")), batch=1)
    before = orders.changes(None, limit=100)
    both = frozenset({yesterday.date(), NOW.date()})
    assert (before.rewritten, before.added) == (frozenset(), both)
    record(report(order(acme, "1", at=NOW), at=SOON), report(order(acme, "3", at=SOON)), batch=2)
    after = orders.changes(before.next, limit=100)
    assert (after.rewritten, after.added) == (both, frozenset())
    assert numbers(orders.rows(NOW.date(), upto=before.next)) == ["2"]
    assert numbers(orders.rows(NOW.date(), upto=after.next)) == ["1", "2", "3"]
    assert numbers(orders.rows(yesterday.date(), upto=after.next)) == []
    assert orders.changes(after.next, limit=100) == Changes(frozenset(), frozenset(), after.next, 0)


def numbers(rows) -> list[str]:
    place = [column.name for column in SHOP_ORDERS.columns].index("order_number")
    return sorted(row[place] for row in rows)


def test_reports_are_published_with_the_journey(full):
    journey.run_until_done(full.id, limit=500)
    assert journey.STAGES[-1].behind(full.id) == 0
    assert published("shop_orders", "order_number") == ["1001", "1002"]
    assert published("reported_totals", "value_millionths") == [1_200_000_000]
    assert published("past_commissions", "status") == ["paid"]
    assert published("reported_costs", "amount_minor") == [1250]
