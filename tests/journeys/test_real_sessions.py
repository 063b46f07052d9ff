"""The sessions of a real shop, through the whole journey: 12,330 of them, 1,908 with a purchase."""

import csv
import os
import random
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

import tallystick
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.shares import PPB
from tallystick.measurement.attribution.models import Conversion, Credit
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.partnerships.setup import Setup, apply_setup
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.receiving.receive import Received
from tests.houses import House
from tests.journeys.import_cast import brought, received
from tests.people import TESTER

DEMO = Path(tallystick.__file__).parent / "project" / "demo"
FOLDER = Path(__file__).parents[3] / "shared" / "data" / "online_shoppers_intention"
SESSIONS = FOLDER / "online_shoppers_intention.csv"
EXTRACT = 2_000

pytestmark = pytest.mark.skipif(not SESSIONS.exists(), reason="the sessions are not here")


@pytest.fixture
def shop(house: House) -> Brand:
    """A brand set up as the demo is."""
    document = tomllib.loads((DEMO / "setup.toml").read_text())
    document["brand"]["key"] = f"shop-{ids.new().hex}"
    return apply_setup(msgspec.convert(document, Setup), models=tuple(MODELS), by=TESTER).brand


def imports(brand: Brand, file: Path, *, limit: int) -> Received:
    return received(brought(brand.id, file, (DEMO / "mapping.toml").read_text(), limit=limit))


def dump(brand: Brand) -> dict[str, list[tuple[Any, ...]]]:
    """Events, conversions and credits with their ids, without the instants at which they came in."""
    columns = [field.attname for field in Event._meta.concrete_fields]
    kept = [name for name in columns if name not in ("received_at", "recorded_at", "batch", "attributes")]
    with brand_scope(brand.id):
        return {
            "events": list(Event.objects.order_by("id").values_list(*kept)),
            "conversions": list(Conversion.objects.order_by("id").values_list()),
            "credits": list(Credit.objects.order_by("id").values_list()),
        }


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the whole file goes through SQLite only")
def test_every_session_becomes_a_click_and_every_purchase_a_credited_conversion(shop):
    rows = list(csv.DictReader(SESSIONS.read_text().splitlines()))
    assert imports(shop, SESSIONS, limit=2_000) == Received(12_330, 12_330, 0, 0)
    with brand_scope(shop.id):
        assert Counter(Event.objects.values_list("kind", flat=True)) == {"click": 12_330, "purchase": 1_908}
        assert Conversion.objects.filter(withdrawn=False, attribution__credited=True).count() == 1_908
        assert Counter(Credit.objects.values_list("share_ppb", flat=True)) == {PPB: 1_908}
        alice = Event.objects.filter(kind="click", partnership__partner__key="alice")
        assert alice.count() == sum(row["TrafficType"] == "4" for row in rows) == 1_069
        credited = Credit.objects.filter(event_id__in=alice.values("id"))
        assert credited.count() == sum(row["TrafficType"] == "4" and row["Revenue"] == "TRUE" for row in rows)


def test_an_extract_imported_twice_and_shuffled_stays_as_it_is(shop, tmp_path):
    header, *lines = SESSIONS.read_text().splitlines()
    chance = random.Random(2_000)
    extract = chance.sample(lines, EXTRACT)
    first, again = tmp_path / "first.csv", tmp_path / "again.csv"
    first.write_text("\n".join([header, *extract]))
    again.write_text("\n".join([header, *chance.sample(extract, EXTRACT)]))
    assert imports(shop, first, limit=500).accepted == EXTRACT
    before = dump(shop)
    assert len(before["events"]) > EXTRACT
    assert imports(shop, again, limit=500) == Received(EXTRACT, 0, EXTRACT, 0)
    assert dump(shop) == before
