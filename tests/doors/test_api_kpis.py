"""What programs can ask of KPIs: the same figures as everywhere, exact, with how complete they are."""

from collections.abc import Iterator
from fractions import Fraction

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tallystick.doors.asking import Wanted, ask
from tallystick.foundation.scoping import brand_scope
from tallystick.measurement.kpis.catalog import catalog
from tallystick.partners.programs.models import Brand
from tests.doors.api_cast import Caller, key_of, opened
from tests.doors.console_cast import fill
from tests.houses import House
from tests.installs import InstallTemplate

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def shop(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with install_template.copy(tmp_path_factory.mktemp("kpis") / "shop") as install:
        fill(install)
        yield House(install)


@pytest.fixture
def caller(shop: House, django_db_blocker: DjangoDbBlocker) -> Iterator[Caller]:
    with django_db_blocker.unblock(), shop.entered():
        yield key_of(Brand.objects.get(key="acme"), ("figures.read",))


def asked(**wanted):
    """What the rest of the house answers."""
    with brand_scope(Brand.objects.get(key="acme").id):
        found = ask(Wanted(**wanted))
        return found, found.answer()


def test_the_catalogue_says_of_every_kpi_what_can_be_asked(caller):
    listed = caller.get("/kpis").body["data"]
    assert [each["key"] for each in listed] == list(catalog())
    rate = listed[0]
    assert (rate["unit"], rate["direction"], rate["min_evidence"]["units"]) == ("proportion", "higher", 50)
    assert "partner" in rate["dimensions"]
    assert rate["measures"]["numerator"]["fact"] == "paths"


OF_LEADS = {"click_to_lead_rate", "lead_to_customer_rate"}
"""What the shop cannot be asked for: its definition comes from no lead."""


@pytest.mark.parametrize("kpi", sorted(set(catalog()) - OF_LEADS))
def test_every_kpi_of_the_catalogue_is_answered_with_the_figures_of_the_question(caller, kpi):
    said = caller.get(f"/kpis/{kpi}")
    assert said.status == 200, said.body
    _found, answer = asked(kpi=kpi)
    assert said.body["unit"] == str(catalog()[kpi].unit)
    for shown, section in zip(said.body["sections"], answer.sections, strict=True):
        assert shown["total"]["value"] == section.total.value
        assert Fraction(shown["total"]["numerator"]) == section.total.numerator
        assert shown["total"]["status"] == section.total.status


def test_rows_carry_their_keys_and_open_to_what_they_are_made_of(caller):
    rate = "/kpis/partnership_conversion_rate"
    (section,) = caller.get(f"{rate}?by=partner&by=visitor_type").body["sections"]
    row = max(section["rows"], key=lambda each: each["converted"])
    where = "&".join(f"where={name}%3D{term['key']}" for name, term in row["keys"].items())
    (part,) = caller.get(f"{rate}/rows?{where}&limit=5").body["parts"]
    assert (part["units"], part["converted"], len(part["rows"])) == (row["units"], row["converted"], 5)
    (credit,) = caller.get(f"{rate}/rows?{where}&show=credit").body["parts"]
    assert credit["share_ppb"] == row["share_ppb"] == sum(each["share_ppb"] for each in credit["rows"])


def test_the_rows_beyond_the_top_are_one_that_adds_up(caller):
    (section,) = caller.get("/kpis/gross_revenue?by=partner&top=1").body["sections"]
    first, other = section["rows"]
    assert (first["is_other"], other["is_other"]) == (False, True)
    assert other["keys"]["partner"]["key"] == "(other)"
    total = Fraction(section["total"]["numerator"])
    assert Fraction(first["numerator"]) + Fraction(other["numerator"]) == total
    assert section["currency"] == "EUR"


def test_without_intervals_the_figures_are_counts_and_values_alone(caller):
    (section,) = caller.get("/kpis/click_to_sale_rate?intervals=false").body["sections"]
    assert section["total"]["value"] is not None
    assert (section["total"]["low"], section["total"]["method"]) == (None, None)


def test_every_answer_says_how_complete_it_is(caller):
    for path in ("/kpis/gross_revenue", "/kpis/gross_revenue/rows"):
        complete = caller.get(path).body["completeness"]
        assert complete["complete_through"] == complete["as_of"]
        assert complete["behind"] == {"imports": 0, "events": 0, "attribution": 0, "warehouse": 0}
        assert complete["quarantined"] > 0


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/kpis/gross_revenu", 404, "gross_revenue"),
        ("/kpis/gross_revenue?by=colour", 400, "is not a dimension of gross_revenue"),
        ("/kpis/gross_revenue?by=partner&by=device&by=country", 400, "`by`"),
        ("/kpis/gross_revenue?where=partner", 400, "is not a filter"),
        ("/kpis/gross_revenue?where=partner%3Dnobody", 400, "There is no partner 'nobody'"),
        ("/kpis/gross_revenue?top=0", 400, "`top`"),
        ("/kpis/gross_revenue?top=1001", 400, "`top`"),
        ("/kpis/gross_revenue?from=2026-13-01", 400, "is not a date"),
        ("/kpis/gross_revenue?from=yesterday", 400, "`from`"),
        ("/kpis/gross_revenue?segment=mine", 400, "`segment`"),
        ("/kpis/gross_revenue?program=shop&program=shop", 400, "stands 2 times"),
        ("/kpis/click_to_lead_rate", 400, "`leads_from` names none"),
        ("/kpis/gross_revenue?basis=cohort", 400, "is not counted on the basis cohort"),
        ("/kpis/gross_revenue/rows?limit=0", 400, "`limit`"),
        ("/kpis/gross_revenue/rows?by=partner", 400, "There is no parameter `by`"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_that_says_why(caller, path, status, words):
    said = caller.get(path)
    assert said.status == status
    assert words in said.body["error"]["message"]


def test_another_brand_sees_nothing_of_it(shop, caller):
    zoe = opened("Zoe")
    own = zoe.full.get(f"/kpis/partnership_conversion_rate?by=partner&definition={zoe.brand.key}").body
    (section,) = own["sections"]
    assert (section["total"]["units"], section["rows"], own["completeness"]["quarantined"]) == (0, [], 1)
    refused = zoe.full.get("/kpis/invalid_traffic_rate?where=partner%3Dalice")
    assert (refused.status, "bob" in refused.body["error"]["message"]) == (400, False)
    assert zoe.caller("partners.read").get("/kpis").code == "scope_missing"
