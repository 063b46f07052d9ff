"""Coming from another platform: its exports are recognised, no row is lost, and what it called a status is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.partnerships.models import Code, Link, Partnership
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.guessing.propose import propose
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.presets.catalog import PRESETS
from tallystick.tracking.imports.queries.known import known_here
from tallystick.tracking.imports.queries.tallying import tally_of
from tallystick.tracking.imports.reading.look import look_at
from tallystick.tracking.imports.rules.tally import Tally
from tallystick.tracking.imports.services.lifecycle import start, write_mapping
from tallystick.tracking.imports.services.running import run
from tallystick.tracking.imports.services.uploads import bring
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.reported.models import PastCommission
from tallystick.tracking.reported.queries import current
from tests.builders import ALL, Brand
from tests.people import TESTER

pytestmark = pytest.mark.one_database

EXPORTS = Path(__file__).parent / "exports"
NETWORK = [
    {"key": "1001", "name": "Alice", "kind": "content"},
    {"key": "1002", "name": "Bob", "kind": "voucher"},
]
"""Partners as they are called by platforms whose exports have no list of them."""


@dataclass(frozen=True)
class Export:
    """An export with what must become of it. Of every one a row is broken, and a row names a partner nobody knows.

    counted: rows. purchases: what they come to, in minor units. statuses: what the platform says → what we take it for.
    later: how a row reads in a later export, when its status has changed.
    """

    preset: str
    file: str
    counted: int
    things: Mapping[str, int]
    purchases: int
    statuses: Mapping[str, str]
    later: tuple[str, str]
    partners: str = ""


CONVERSIONS = [
    Export(
        "rewardful_commissions",
        "rewardful_commissions.csv",
        counted=4,
        things={"crm_partner_field": 4, "purchase": 4, "cancellation": 1, "commissions": 4},
        purchases=20000,
        statuses={"pending": "pending", "due": "approved", "paid": "paid", "voided": "reversed"},
        later=("com-1,3000,EUR,pending", "com-1,3000,EUR,due"),
        partners="rewardful_partners.csv",
    ),
    Export(
        "firstpromoter_commissions",
        "firstpromoter_commissions.csv",
        counted=5,
        things={"crm_partner_field": 5, "purchase": 5, "cancellation": 1, "commissions": 4},
        purchases=22000,
        statuses={"pending": "pending", "approved": "approved paid", "denied": "reversed"},
        later=("u-100,pending,false,false,100.00", "u-100,approved,false,false,100.00"),
        partners="firstpromoter_partners.csv",
    ),
    Export(
        "tapfiliate_conversions",
        "tapfiliate_conversions.ndjson",
        counted=3,
        things={"crm_partner_field": 3, "purchase": 3, "cancellation": 1, "commissions": 3},
        purchases=18000,
        statuses={"true": "approved", "null": "pending", "false": "reversed"},
        later=('"amount": 15.0, "approved": null', '"amount": 15.0, "approved": true'),
        partners="tapfiliate_partners.csv",
    ),
    Export(
        "partnerstack_commissions",
        "partnerstack_commissions.ndjson",
        counted=6,
        things={"crm_partner_field": 6, "purchase": 6, "cancellation": 1, "commissions": 6},
        purchases=25100,
        statuses={
            "hold": "pending",
            "pending": "pending",
            "approved": "approved",
            "declined": "reversed",
            "paid": "paid",
            "scheduled": "approved",
        },
        later=('"amount": 3000, "reward_status": "hold"', '"amount": 3000, "reward_status": "approved"'),
        partners="partnerstack_partners.csv",
    ),
    Export(
        "tolt_commissions",
        "tolt_commissions.csv",
        counted=5,
        things={"crm_partner_field": 5, "purchase": 5, "cancellation": 1, "commissions": 5},
        purchases=22000,
        statuses={
            "pending": "pending",
            "approved": "approved",
            "paid": "paid",
            "refunded": "reversed",
            "on the moon": "other",
        },
        later=("txn-1,pending", "txn-1,approved"),
        partners="tolt_partners.csv",
    ),
    Export(
        "impact_conversions",
        "impact_conversions.csv",
        counted=4,
        things={"crm_partner_field": 2, "purchase": 2, "cancellation": 1},
        purchases=15000,
        statuses={},
        later=(
            "60.00,cups,CUP-B,3,,1001",
            "60.00,cups,CUP-B,3,,1001\n12,345,2025-01-19T16:28:25+01:00,o-1,clk-1,u-100,EUR,0,cups,CUP-B,3,FRAUD,1001",
        ),
    ),
    Export(
        "impact_commissions",
        "impact_commissions.csv",
        counted=3,
        things={"crm_partner_field": 3, "purchase": 2, "cancellation": 1, "commissions": 3},
        purchases=15000,
        statuses={"PENDING": "pending", "APPROVED": "approved", "REVERSED": "reversed"},
        later=("+01:00,PENDING,1001,Alice,30.00", "+01:00,APPROVED,1001,Alice,30.00"),
    ),
    Export(
        "everflow_conversions",
        "everflow_conversions.csv",
        counted=4,
        things={"crm_partner_field": 4, "purchase": 4, "cancellation": 2, "commissions": 4},
        purchases=20000,
        statuses={
            "approved": "approved",
            "pending": "pending",
            "rejected": "reversed",
            "invalid": "reversed",
        },
        later=("1737390505,pending", "1737390505,approved"),
        partners="everflow_partners.csv",
    ),
    Export(
        "tune_conversions",
        "tune_conversions.csv",
        counted=3,
        things={"crm_partner_field": 3, "purchase": 3, "cancellation": 1, "commissions": 3},
        purchases=18000,
        statuses={"approved": "approved", "pending": "pending", "rejected": "reversed"},
        later=("16:28:25,pending", "16:28:25,approved"),
    ),
    Export(
        "trackier_conversions",
        "trackier_conversions.csv",
        counted=5,
        things={"crm_partner_field": 5, "purchase": 5, "cancellation": 1, "commissions": 5},
        purchases=22500,
        statuses={"1": "approved", "2": "pending", "3": "reversed", "5": "pending", "approved": "approved"},
        later=("o-2,50.00,sale,2", "o-2,50.00,sale,1"),
    ),
    Export(
        "dub_commissions",
        "dub_commissions.csv",
        counted=7,
        things={"crm_partner_field": 6, "purchase": 5, "lead": 1, "cancellation": 2, "commissions": 7},
        purchases=22100,
        statuses={
            "pending": "pending",
            "processed": "approved",
            "paid": "paid",
            "refunded": "reversed",
            "duplicate": "reversed",
            "fraud": "reversed",
            "canceled": "reversed",
        },
        later=("10000,3000,eur,pending", "10000,3000,eur,processed"),
        partners="dub_partners.csv",
    ),
    Export(
        "affiliatewp_commissions",
        "affiliatewp_commissions.csv",
        counted=4,
        things={"crm_partner_field": 4, "purchase": 4, "cancellation": 1, "commissions": 4},
        purchases=0,
        statuses={"pending": "pending", "unpaid": "approved", "paid": "paid", "rejected": "reversed"},
        later=("501,woocommerce,pending", "501,woocommerce,unpaid"),
        partners="affiliatewp_partners.csv",
    ),
    Export(
        "postaffiliatepro_commissions",
        "postaffiliatepro.csv",
        counted=5,
        things={"crm_partner_field": 4, "purchase": 4, "cancellation": 1, "commissions": 5},
        purchases=20000,
        statuses={"A": "approved paid", "P": "pending", "D": "reversed"},
        later=("t-2,u1001,P", "t-2,u1001,A"),
        partners="postaffiliatepro.csv",
    ),
]

PARTNERS = {
    "rewardful_partners.csv": {
        "Alice Archer": "active",
        "Bob Baker": "active",
        "Cleo Cook": "applied",
        "Dan Dyer": "ended",
    },
    "firstpromoter_partners.csv": {
        "Alice Archer": "active",
        "Bob Baker": "active",
        "Cleo Cook": "applied",
        "Dan Dyer": "ended",
    },
    "tapfiliate_partners.csv": {"Alice Archer": "active", "Bob Baker": "active"},
    "partnerstack_partners.csv": {"Alice Archer": "active", "Bob Baker": "active"},
    "tolt_partners.csv": {"Alice Archer": "active", "Bob Baker": "active", "Cleo Cook": "applied"},
    "everflow_partners.csv": {"Alice Archer": "active", "Bob Baker": "active", "Cleo Cook": "applied"},
    "dub_partners.csv": {
        "Alice Archer": "active",
        "Bob Baker": "active",
        "Cleo Cook": "applied",
        "Dan Dyer": "ended",
    },
    "affiliatewp_partners.csv": {"Alice Archer": "active", "Bob Baker": "active", "Cleo Cook": "applied"},
    "postaffiliatepro.csv": {"Alice Archer": "active", "Bob Baker": "active", "Cleo Cook": "applied"},
}
LINKS = {
    "rewardful_partners.csv": {"alice", "bob"},
    "firstpromoter_partners.csv": {"alice", "bob"},
    "tolt_partners.csv": {"ALICE-TOLT", "BOB-TOLT"},
    "postaffiliatepro.csv": {"ALICE", "BOB", "CLEO"},
}
"""Links and codes that the lists of partners name."""
CUSTOMERS = {
    "rewardful_customers.csv": ("rewardful_partners.csv", {"cus_100", "cus_101"}),
    "firstpromoter_customers.csv": ("firstpromoter_partners.csv", {"u-100", "grace@example.com"}),
    "partnerstack_customers.csv": ("partnerstack_partners.csv", {"cu-100", "cu-101"}),
}


@pytest.fixture
def shop(acme: Brand) -> Brand:
    """A brand that comes from elsewhere: it counts purchases, and none of its partners is here yet."""
    brand = Brand("Newcomer", partners=NETWORK, channels=())
    windows = {"click": 30, "crm_partner_field": 30}
    brand.defines("purchase", primary=True, effective_on=date(2024, 1, 1), dedupe="order", windows=windows)
    return brand


def brings(brand: Brand, path: Path, preset: str) -> Tally:
    """Bring a file with the mapping that is proposed for it, and make events of it."""
    with brand_scope(brand.id):
        proposals = propose(look_at(path), name=path.name, known=known_here())
        proposal = next(found for found in proposals if found.preset == preset)
        row: Import = bring(path, name=path.name, by=TESTER)
        row = start(write_mapping(row, text=mapping_text(proposal.mapping), by=TESTER), by=TESTER)
        row = run(row, store=journey.inbox())
        assert row.state == "received"
    brand.records()
    with brand_scope(brand.id):
        return tally_of(row)


def preset_of(file: str, what: str) -> str:
    """The preset that a file is for."""
    return f"{Path(file).stem.partition('_')[0]}_{what}"


def brings_partners(brand: Brand, file: str) -> Tally:
    return brings(brand, EXPORTS / file, preset_of(file, "partners"))


def named(exports: list[Any]) -> Any:
    return pytest.mark.parametrize("export", exports, ids=[export.preset for export in exports])


def test_every_platform_and_every_preset_has_an_export_here():
    seen = {export.preset for export in CONVERSIONS}
    seen |= {preset_of(file, "partners") for file in PARTNERS} | {
        preset_of(file, "customers") for file in CUSTOMERS
    }
    assert seen == {preset.key for preset in PRESETS}
    assert len({preset.platform for preset in PRESETS}) == 12


@named(CONVERSIONS)
def test_no_row_is_lost_and_a_later_export_adds_what_has_changed(shop, export, tmp_path):
    if export.partners:
        brings_partners(shop, export.partners)
    path = EXPORTS / export.file
    first = brings(shop, path, export.preset)
    assert (first.counted, first.quarantined, first.ignored) == (export.counted, 2, 0)
    assert first.rows == export.counted + 2
    assert {str(reason) for reason in first.reasons} == {"schema", "unknown_partner"}
    assert dict(first.things) == export.things
    assert first.money.get(("purchase", "EUR"), 0) == export.purchases
    assert statuses(shop) == export.statuses

    before = standing(shop)
    again = brings(shop, path, export.preset)
    assert (again.duplicate, again.counted, again.quarantined) == (first.rows, 0, 0)
    assert standing(shop) == before

    later = tmp_path / export.file
    later.write_text(changed(path.read_text(), *export.later))
    tally = brings(shop, later, export.preset)
    assert (tally.counted, tally.duplicate, tally.quarantined) == (1, tally.rows - 1, 0)
    after = standing(shop)
    assert after["commissions"] == before["commissions"] + bool(export.statuses)
    assert (after["current"], after["waiting"]) == (before["current"], before["waiting"])


def test_what_was_sold_elsewhere_is_counted_once_and_credited_to_its_partner(shop, tmp_path):
    export = CONVERSIONS[0]
    brings_partners(shop, export.partners)
    brings(shop, EXPORTS / export.file, export.preset)
    later = tmp_path / export.file
    later.write_text(changed((EXPORTS / export.file).read_text(), *export.later))
    brings(shop, later, export.preset)
    shop.works()
    assert shop.orders() == {"order:ch_1", "order:ch_2", "order:ch_3", "order:ch_4"}
    assert shop.shares("ch_1") == {"Alice Archer": ALL}
    assert shop.shares("ch_3") == {"Bob Baker": ALL}


@pytest.mark.parametrize("file", PARTNERS)
def test_partners_come_with_their_state_their_links_and_their_codes(shop, file):
    tally = brings_partners(shop, file)
    assert (tally.counted, tally.quarantined) == (tally.rows, 0)
    with brand_scope(shop.id):
        opened = Partnership.objects.exclude(partner__key__in=["1001", "1002"]) | Partnership.objects.filter(
            partner__name__contains=" "
        )
        assert {row.partner.name: row.state for row in opened.select_related("partner")} == PARTNERS[file]
        keys = set(Link.objects.values_list("key", flat=True)) | set(
            Code.objects.values_list("key", flat=True)
        )
    assert keys == LINKS.get(file, set())
    assert brings_partners(shop, file).duplicate == tally.rows


@pytest.mark.parametrize("file", CUSTOMERS)
def test_customers_come_with_the_partners_who_brought_them(shop, file):
    partners, customers = CUSTOMERS[file]
    brings_partners(shop, partners)
    tally = brings(shop, EXPORTS / file, preset_of(file, "customers"))
    assert (tally.counted, tally.quarantined) == (2, 2)
    with brand_scope(shop.id):
        bound = Event.objects.filter(kind="customer_binding")
        assert set(bound.values_list("customer", flat=True)) == customers


def changed(text: str, old: str, new: str) -> str:
    """The export with one row as it reads later."""
    assert text.count(old) == 1
    return text.replace(old, new)


def statuses(brand: Brand) -> dict[str, str]:
    """What the platform says → what that is taken for; several where it depends on something else."""
    found: dict[str, set[str]] = {}
    with brand_scope(brand.id):
        for raw, status in PastCommission.objects.values_list("status_raw", "status"):
            found.setdefault(raw, set()).add(status)
    return {raw: " ".join(sorted(said)) for raw, said in found.items()}


def standing(brand: Brand) -> dict[str, Any]:
    """How much of everything there is."""
    with brand_scope(brand.id):
        return {
            "events": Event.objects.count(),
            "commissions": PastCommission.objects.count(),
            "current": current(PastCommission).count(),
            "waiting": Quarantined.objects.filter(state="waiting").count(),
        }
