"""A set-up file is applied as a whole, as often as one likes, or not at all."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest

import tallystick
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.partnerships.models import (
    Campaign,
    Code,
    Link,
    Partner,
    Partnership,
    PartnershipChange,
    Placement,
)
from tallystick.partners.partnerships.queries.directory import directory
from tallystick.partners.partnerships.queries.naming import naming
from tallystick.partners.partnerships.rules import UnknownOrigin, find_origin
from tallystick.partners.partnerships.services.partnerships import pause
from tallystick.partners.partnerships.setup import BadSetup, Setup, apply_setup, read_setup
from tallystick.partners.programs.models import Brand, Channel, Definition, DefinitionVersion, Program
from tallystick.partners.programs.queries import NotThere, find_brand, find_definition, find_program, versions
from tests.people import TESTER

pytestmark = pytest.mark.django_db

DEMO = Path(tallystick.__file__).parent / "project" / "demo" / "setup.toml"
MODELS_OF_A_BRAND = (
    Program,
    Channel,
    Definition,
    DefinitionVersion,
    Partner,
    Partnership,
    Placement,
    Link,
    Code,
)

SHOP = """
[brand]
key = "acme"
name = "Acme"
[program]
key = "shop"
name = "Shop"
currency = "EUR"
zone = "Europe/Berlin"
[[channels]]
key = "mail"
name = "Mail"
[[definitions]]
key = "purchase"
name = "Purchase"
effective_on = 2026-01-01
primary = true
[[definitions]]
key = "purchase"
name = "Purchase"
effective_on = 2026-03-01
primary = true
meaning = { model = "linear", sources = ["billing"] }
[[partners]]
key = "alice"
name = "Alice"
kind = "content"
placements = [{ key = "blog", name = "Blog", type = "blog" }]
links = [{ key = "a1", destination = "https://acme.example/", placement = "blog" }]
codes = [{ key = "ten", placement = "blog" }, { key = "twenty" }]
[[partners]]
key = "bob"
name = "Bob"
kind = "voucher"
"""


def applied(tmp_path, text):
    file = tmp_path / "setup.toml"
    file.write_text(text)
    return apply_setup(read_setup(file), models=tuple(MODELS), by=TESTER)


def rows_of(brand):
    with brand_scope(brand.id):
        return {
            model: sorted(map(str, model.objects.values_list("id", flat=True))) for model in MODELS_OF_A_BRAND
        }


@pytest.mark.parametrize("text", [SHOP, DEMO.read_text()], ids=["two versions", "demo"])
def test_applying_a_file_again_changes_nothing(tmp_path, text):
    first = applied(tmp_path, text)
    before = rows_of(first.brand)
    again = applied(tmp_path, text)
    assert again == first
    assert rows_of(first.brand) == before
    assert all(before[model] for model in (Program, Channel, DefinitionVersion, Partnership))


def test_what_was_edited_is_renamed_and_what_was_left_out_stays(tmp_path):
    brand = applied(tmp_path, SHOP).brand
    before = rows_of(brand)
    applied(tmp_path, SHOP.split("[[partners]]", maxsplit=1)[0].replace('name = "Mail"', 'name = "Letters"'))
    with brand_scope(brand.id):
        assert Channel.objects.get().name == "Letters"
    assert rows_of(brand) == before


def test_everything_that_a_receipt_may_name_is_found(tmp_path):
    found = applied(tmp_path, SHOP)
    with brand_scope(found.brand.id):
        known = directory(found.program.id)
        at_blog = find_origin(known, partner="alice", placement="blog")
        assert find_origin(known, link="a1").placement_id == at_blog.placement_id
        assert find_origin(known, code="Ten").placement_id == at_blog.placement_id
        assert find_origin(known, code="twenty").placement_id is None
        assert find_origin(known, channel="mail").partnership_id is None
        assert naming().origin(find_origin(known, code="ten")) == "Alice · Blog · code TEN"
        with pytest.raises(UnknownOrigin, match="dana"):
            find_origin(known, partner="dana")


def test_the_versions_of_a_definition_are_read_oldest_first(tmp_path):
    found = applied(tmp_path, SHOP)
    with brand_scope(found.brand.id):
        assert [(v.version, v.meaning.model, v.effective_on) for v in versions(found.program.id)] == [
            (1, "last_touch", date(2026, 1, 1)),
            (2, "linear", date(2026, 3, 1)),
        ]
        assert find_definition(found.program, None).key == "purchase"
        assert find_program(None) == found.program
        with pytest.raises(NotThere, match="there is no definition 'lead'; there is purchase"):
            find_definition(found.program, "lead")


@pytest.mark.parametrize(
    ("find", "replace", "complaint"),
    [
        ('currency = "EUR"', 'currency = "XXX"', "XXX"),
        ('currency = "EUR"', "", "currency"),
        ("Europe/Berlin", "Mars/Phobos", "not a time zone"),
        ('kind = "content"', 'kind = "friend"', "partner 'alice': `kind` is 'friend'; it can be: affiliate"),
        ('model = "linear"', 'model = "magic"', "definition 'purchase'"),
        ('model = "linear"', 'colour = "red"', "unknown field"),
        ('name = "Bob"', 'name = "Bob"\ncolour = "red"', "unknown field"),
        (
            'name = "Bob"',
            'name = "Bob"\ncodes = [{ key = "TEN" }]',
            "partner 'bob': there is already a code 'TEN'",
        ),
        (
            'name = "Bob"',
            'name = "Bob"\nlinks = [{ key = "a1", destination = "https://x.example/" }]',
            "there is already a link 'a1'",
        ),
        ('placement = "blog" }]', 'placement = "roof" }]', "'roof', which the partner has not"),
        ("2026-03-01", "2025-12-01", "later `effective_on`"),
        ('key = "bob"', 'key = "bob the great"', "key"),
        ('key = "bob"', f'key = "{"b" * 61}"', "key"),
        ('name = "Bob"', f'name = "{"B" * 201}"', "name"),
        ("[brand]", "[brand", "setup.toml"),
        (
            "[[partners]]",
            '[[definitions]]\nkey = "lead"\nname = "L"\neffective_on = 2026-02-01\nprimary = true\n[[partners]]',
            "from 2026-02-01 the program would have two primary definitions: lead, purchase",
        ),
    ],
)
def test_a_mistake_anywhere_leaves_everything_as_it_was(tmp_path, find, replace, complaint):
    with pytest.raises(BadSetup, match=complaint):
        applied(tmp_path, SHOP.replace(find, replace, 1))
    assert not Brand.objects.filter(key="acme").exists()


def test_the_currency_of_a_program_never_changes(tmp_path):
    applied(tmp_path, SHOP)
    with pytest.raises(BadSetup, match="program 'shop' is kept in EUR"):
        applied(tmp_path, SHOP.replace('"EUR"', '"USD"'))


def test_a_version_that_is_in_force_never_changes(tmp_path):
    applied(tmp_path, SHOP)
    with pytest.raises(BadSetup, match="version 2 is in force from 2026-03-01 and never changes"):
        applied(tmp_path, SHOP.replace('model = "linear"', 'model = "position"'))


CAMPAIGN = """
[[campaigns]]
key = "spring"
name = "Spring"
starts_on = 2026-03-01
ends_on = 2026-04-01
cost = "1500.50"
goal = "More readers"
[[partners]]
key = "alice"
name = "Alice"
kind = "content"
website = "https://alice.example/"
contact = "alice@alice.example"
links = [{ key = "a1", destination = "https://acme.example/spring", campaign = "spring" }]
codes = [{ key = "ten", campaign = "spring" }]
"""


def test_campaigns_and_how_partners_are_reached_are_set_up_too(tmp_path):
    brand = applied(tmp_path, SHOP).brand
    text = SHOP.split("[[partners]]", maxsplit=1)[0] + CAMPAIGN
    applied(tmp_path, text)
    with brand_scope(brand.id):
        campaign = Campaign.objects.get()
        assert (campaign.handle, campaign.cost_minor, campaign.goal) == (
            "shop/spring",
            150_050,
            "More readers",
        )
        link = Link.objects.get()
        assert (link.campaign, link.destination) == (campaign, "https://acme.example/spring")
        assert Code.objects.get(key="TEN").campaign == campaign
        assert Partner.objects.get(key="alice").contact == "alice@alice.example"
        assert PartnershipChange.objects.count() == Partnership.objects.count() == 2


@pytest.mark.parametrize(
    ("find", "replace", "complaint"),
    [
        ('cost = "1500.50"', 'cost = "1500.505"', "campaign 'spring': "),
        ("2026-04-01", "2026-03-01", "`ends_on` is 2026-03-01"),
        ('campaign = "spring" }]', 'campaign = "autumn" }]', "names the campaign 'autumn'"),
        ("https://alice.example/", "alice.example", "partner 'alice': `website`"),
        ("https://acme.example/spring", "javascript:alert(1)", "partner 'alice': `destination`"),
    ],
)
def test_a_mistake_in_them_is_told_with_its_place(tmp_path, find, replace, complaint):
    with pytest.raises(BadSetup, match=complaint):
        applied(tmp_path, SHOP.split("[[partners]]", maxsplit=1)[0] + CAMPAIGN.replace(find, replace, 1))
    assert not Brand.objects.filter(key="acme").exists()


def test_everything_set_up_is_an_act_of_whoever_applied_it_and_applying_again_is_none(tmp_path):
    brand = applied(tmp_path, SHOP).brand
    lines = AuditLine.objects.filter(brand_id=brand.id)
    assert {line.actor_name for line in lines} == {TESTER.name}
    assert Counter(lines.values_list("act", flat=True)) == {
        "brand.opened": 1,
        "program.opened": 1,
        "channel.opened": 1,
        "definition.opened": 1,
        "definition.published": 2,
        "partner.opened": 2,
        "partnership.opened": 2,
        "placement.opened": 1,
        "link.opened": 1,
        "code.opened": 2,
    }
    before = lines.count()
    applied(tmp_path, SHOP)
    assert lines.count() == before
    applied(tmp_path, SHOP.replace('name = "Purchase"', 'name = "Order"'))
    assert set(lines.order_by("id").values_list("act", flat=True)[before:]) == {"definition.changed"}


def test_a_partnership_that_was_paused_stays_so_when_the_file_is_applied_again(tmp_path):
    brand = applied(tmp_path, SHOP).brand
    with brand_scope(brand.id):
        pause(Partnership.objects.get(partner__key="alice"), reason="Why", by=TESTER)
        applied(tmp_path, SHOP)
        assert Partnership.objects.get(partner__key="alice").state == "paused"


def test_two_brands_have_the_same_keys_and_know_nothing_of_each_other(tmp_path):
    acme = applied(tmp_path, SHOP)
    zoe = applied(tmp_path, SHOP.replace('key = "acme"', 'key = "zoe"'))
    with brand_scope(zoe.brand.id):
        assert Partner.objects.count() == 2
        assert directory(acme.program.id).partners == {}
    assert find_brand("zoe") == zoe.brand
    with pytest.raises(NotThere, match="say which brand"):
        find_brand(None)


def test_a_document_need_not_come_from_a_file():
    document = tomllib.loads(SHOP.replace('"acme"', f'"{ids.new().hex}"'))
    setup = msgspec.convert(document, Setup)
    assert apply_setup(setup, models=tuple(MODELS), by=TESTER).partners == 2
