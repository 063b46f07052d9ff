"""Real files through the whole journey, held against sums that are made from the files without any of our code.

Online Retail: 541,909 order lines of a British wholesaler. A test takes the first 20,000; the whole file is imported by
`make torture`.
"""

import csv
import gzip
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db.models import Count, Sum

from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.partnerships.setup import Setup, apply_setup
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.tallying import tally_of
from tallystick.tracking.imports.rules.tally import Tally
from tallystick.tracking.reported.models import ReportedTotal
from tests.houses import House
from tests.journeys.import_cast import brought
from tests.people import TESTER

DATA = Path(__file__).parents[3] / "shared" / "data"
RETAIL = DATA / "online_retail" / "online_retail.csv.gz"
CDNOW = DATA / "cdnow" / "CDNOW_sample.txt"
TELCO = DATA / "telco_churn" / "Telco-Customer-Churn.csv"
PATHS = DATA / "attribution_paths" / "Data.csv"
MAPPINGS = Path(__file__).parent / "mappings"
EXTRACT = 20_000
CENT = Decimal("0.01")

pytestmark = pytest.mark.skipif(not RETAIL.exists(), reason="the shared data are not here")


@dataclass(frozen=True)
class Shop:
    """What the lines of the wholesaler come to, added up by hand."""

    lines: int
    valid_lines: int
    customers: int
    orders: int
    revenue_minor: int
    cancelled_lines: int
    refunds: int
    refunded_minor: int


def by_hand(lines: list[dict[str, str]]) -> Shop:
    """The figures of some lines: sales with a customer, a quantity and a price, and cancellations with a customer."""
    sold, returned = Counter[str](), Counter[str]()
    valid = cancelled = 0
    customers = set()
    for line in lines:
        amount = Decimal(line["Quantity"]) * Decimal(line["UnitPrice"])
        if not line["CustomerID"]:
            continue
        if line["InvoiceNo"].startswith("C"):
            cancelled += 1
            returned[line["InvoiceNo"]] -= amount  # type: ignore[assignment]
        elif int(line["Quantity"]) > 0 and Decimal(line["UnitPrice"]) > 0:
            valid += 1
            customers.add(line["CustomerID"])
            sold[line["InvoiceNo"]] += amount  # type: ignore[assignment]
    return Shop(
        lines=len(lines),
        valid_lines=valid,
        customers=len(customers),
        orders=len(sold),
        revenue_minor=sum(map(_minor, sold.values())),
        cancelled_lines=cancelled,
        refunds=len(returned),
        refunded_minor=sum(map(_minor, returned.values())),
    )


def _minor(amount: Any) -> int:
    return int(Decimal(amount).quantize(CENT, ROUND_HALF_UP) * 100)


def recorded(brand: Brand, *, lines: int) -> Shop:
    """The same figures of what the journey recorded."""
    with brand_scope(brand.id):
        purchases = Event.objects.filter(kind="purchase")
        refunds = Event.objects.filter(kind="refund")
        sold = purchases.aggregate(
            Sum("amount_minor"), Sum("from_rows"), Count("id"), Count("customer", distinct=True)
        )
        returned = refunds.aggregate(Sum("amount_minor"), Sum("from_rows"), Count("id"))
    return Shop(
        lines=lines,
        valid_lines=sold["from_rows__sum"],
        customers=sold["customer__count"],
        orders=sold["id__count"],
        revenue_minor=sold["amount_minor__sum"],
        cancelled_lines=returned["from_rows__sum"],
        refunds=returned["id__count"],
        refunded_minor=returned["amount_minor__sum"],
    )


def shop(currency: str, zone: str) -> Brand:
    """A brand with one program, which counts purchases."""
    document = {
        "brand": {"key": f"real-{ids.new().hex}", "name": "Real", "zone": zone},
        "program": {"key": "shop", "name": "Shop", "currency": currency, "zone": zone},
        "definitions": [
            {
                "key": "purchase",
                "name": "Purchase",
                "effective_on": "1990-01-01",
                "primary": True,
                "meaning": {},
            }
        ],
    }
    return apply_setup(msgspec.convert(document, Setup), models=tuple(MODELS), by=TESTER).brand


@pytest.fixture
def wholesaler(house: House) -> Brand:
    return shop("GBP", "Europe/London")


def imports(brand: Brand, path: Path, mapping: str) -> Import:
    """A file that is received to its end with one of the mappings here."""
    row = brought(brand.id, path, (MAPPINGS / f"{mapping}.toml").read_text())
    assert (row.state, row.error) == ("received", "")
    return row


def tally(brand: Brand, row: Import) -> Tally:
    with brand_scope(brand.id):
        return tally_of(row)


def events_of(brand: Brand) -> list[tuple[Any, ...]]:
    kept = (
        "id",
        "kind",
        "occurred_at",
        "customer",
        "order",
        "amount_minor",
        "country",
        "lines",
        "from_rows",
        "attributes",
    )
    with brand_scope(brand.id):
        return list(Event.objects.order_by("id").values_list(*kept))


def lines_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def write(path: Path, lines: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


@pytest.fixture(scope="module")
def extract() -> list[dict[str, str]]:
    return list(islice(lines_of(RETAIL), EXTRACT))


def test_orders_of_a_wholesaler_come_to_what_their_lines_add_up_to(wholesaler, extract, tmp_path):
    row = imports(wholesaler, write(tmp_path / "orders.csv", extract), "online_retail")
    expected = by_hand(extract)
    assert recorded(wholesaler, lines=row.rows) == expected
    found = tally(wholesaler, row)
    assert (found.rows, found.duplicate, found.quarantined, found.waiting) == (EXTRACT, 0, 0, 0)
    assert found.counted == expected.valid_lines + expected.cancelled_lines
    assert found.ignored == EXTRACT - found.counted
    assert found.money == {
        ("purchase", "GBP"): expected.revenue_minor,
        ("refund", "GBP"): expected.refunded_minor,
    }
    assert found.things == {"purchase": expected.orders, "refund": expected.refunds}


def test_lines_that_are_the_same_to_the_letter_are_all_counted(wholesaler, extract, tmp_path):
    twice = [tuple(line.values()) for line in extract]
    assert len(twice) - len(set(twice)) > 100
    imports(wholesaler, write(tmp_path / "orders.csv", extract), "online_retail")
    assert recorded(wholesaler, lines=EXTRACT) == by_hand(extract)


def test_imported_again_and_shuffled_the_orders_are_the_same(wholesaler, extract, tmp_path):
    imports(wholesaler, write(tmp_path / "orders.csv", extract), "online_retail")
    before = events_of(wholesaler)
    shuffled = random.Random(4).sample(extract, len(extract))
    again = imports(wholesaler, write(tmp_path / "shuffled.csv", shuffled), "online_retail")
    assert (again.rows, again.rows_duplicate, again.rows_accepted) == (EXTRACT, EXTRACT, 0)
    assert events_of(wholesaler) == before
    assert replace(tally(wholesaler, again), rows=0, duplicate=0) == Tally()


@pytest.mark.torture
def test_the_whole_file_of_the_wholesaler_to_the_cent(wholesaler, tmp_path):
    row = imports(wholesaler, RETAIL, "online_retail")
    assert recorded(wholesaler, lines=row.rows) == Shop(
        lines=541_909,
        valid_lines=397_884,
        customers=4_338,
        orders=18_532,
        revenue_minor=8_911_407_90,
        cancelled_lines=8_905,
        refunds=3_654,
        refunded_minor=611_342_09,
    )
    before = events_of(wholesaler)
    lines = list(lines_of(RETAIL))
    shuffled = write(tmp_path / "shuffled.csv", random.Random(4).sample(lines, len(lines)))
    assert imports(wholesaler, shuffled, "online_retail").rows_duplicate == 541_909
    assert events_of(wholesaler) == before


def head(path: Path, lines: int) -> list[str]:
    with path.open() as file:
        return list(islice(file, lines))


def sums_of(brand: Brand) -> dict[str, int]:
    with brand_scope(brand.id):
        return Event.objects.aggregate(
            events=Count("id"), customers=Count("customer", distinct=True), minor=Sum("amount_minor")
        )


@pytest.mark.one_database
def test_purchases_of_cdnow_have_their_customer_and_dollars(house, tmp_path):
    brand, lines = shop("USD", "America/New_York"), head(CDNOW, 1_000)
    file = tmp_path / "cdnow.txt"
    file.write_text("".join(lines))
    row = imports(brand, file, "cdnow_sample")
    cells = [line.split() for line in lines]
    assert sums_of(brand) == {
        "events": 1_000,
        "customers": len({cell[0] for cell in cells}),
        "minor": sum(_minor(cell[4]) for cell in cells),
    }
    assert tally(brand, row).counted == row.rows == 1_000


@pytest.mark.one_database
def test_customers_of_a_telephone_company_subscribe_and_some_of_them_leave(house, tmp_path):
    brand, lines = shop("USD", "America/Los_Angeles"), head(TELCO, 1_001)
    file = tmp_path / "customers.csv"
    file.write_text("".join(lines))
    row = imports(brand, file, "telco_churn")
    left = sum(line.rstrip().endswith("Yes") for line in lines)
    assert tally(brand, row).things == {"subscription": 1_000, "cancellation": left}


@pytest.mark.one_database
def test_totals_of_paths_are_reported_and_never_counted_as_events(house, tmp_path):
    brand, lines = shop("EUR", "UTC"), head(PATHS, 1_001)
    file = tmp_path / "paths.csv"
    file.write_text("".join(lines))
    row = imports(brand, file, "attribution_paths")
    cells = [line.split(";") for line in lines[1:]]
    assert totals_of(brand) == {
        "conversions": sum(int(cell[1]) for cell in cells),
        "paths-without-conversion": sum(int(cell[3]) for cell in cells),
    }
    with brand_scope(brand.id):
        assert not Event.objects.exists()
    assert tally(brand, row).counted == row.rows == 1_000


def totals_of(brand: Brand) -> dict[str, int]:
    with brand_scope(brand.id):
        found = ReportedTotal.objects.values("measure").annotate(value=Sum("value_millionths"))
        return {total["measure"]: total["value"] // 1_000_000 for total in found}


@pytest.mark.torture
def test_the_other_files_whole(house):
    music, telephone, paths = (
        shop("USD", "America/New_York"),
        shop("USD", "America/Los_Angeles"),
        shop("EUR", "UTC"),
    )
    imports(music, CDNOW, "cdnow_sample")
    assert sums_of(music)["customers"] == 2_357
    imports(telephone, TELCO, "telco_churn")
    imports(paths, PATHS, "attribution_paths")
    assert totals_of(paths) == {"conversions": 19_785, "paths-without-conversion": 68_602}
    with brand_scope(telephone.id):
        assert Event.objects.filter(kind="subscription").count() == 7_043
        assert Event.objects.filter(kind="cancellation").count() == 1_869
    whole = shop("USD", "America/New_York")
    imports(whole, CDNOW.with_name("CDNOW_master.txt"), "cdnow")
    assert (sums_of(whole)["events"], sums_of(whole)["customers"]) == (69_659, 23_570)
