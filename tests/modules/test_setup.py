"""A set-up file is applied as a whole, as often as one likes, or not at all."""

import tomllib
from datetime import date
from pathlib import Path

import msgspec
import pytest

import tallystick
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.partnerships.models import Code, Link, Partner, Partnership, Placement
from tallystick.partners.partnerships.queries import directory, naming
from tallystick.partners.partnerships.rules import UnknownOrigin, find_origin
from tallystick.partners.partnerships.setup import BadSetup, Setup, apply_setup, read_setup
from tallystick.partners.programs.models import Brand, Channel, Definition, DefinitionVersion, Program
from tallystick.partners.programs.queries import NotThere, find_brand, find_definition, find_program, versions

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
    return apply_setup(read_setup(file), models=tuple(MODELS))


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
        ('kind = "content"', 'kind = "friend"', "not a kind of partner"),
        ('model = "linear"', 'model = "magic"', "definition 'purchase'"),
        ('model = "linear"', 'colour = "red"', "unknown field"),
        ('name = "Bob"', 'name = "Bob"\ncolour = "red"', "unknown field"),
        ('name = "Bob"', 'name = "Bob"\ncodes = [{ key = "TEN" }]', "belongs to another partnership"),
        (
            'name = "Bob"',
            'name = "Bob"\nlinks = [{ key = "a1", destination = "https://x.example/" }]',
            "belongs to another",
        ),
        ('placement = "blog" }]', 'placement = "roof" }]', "'roof', which it has not"),
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
    with pytest.raises(BadSetup, match="is kept in EUR"):
        applied(tmp_path, SHOP.replace('"EUR"', '"USD"'))


def test_a_version_that_is_in_force_never_changes(tmp_path):
    applied(tmp_path, SHOP)
    with pytest.raises(BadSetup, match="version 2 is in force from 2026-03-01 and never changes"):
        applied(tmp_path, SHOP.replace('model = "linear"', 'model = "position"'))


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
    assert apply_setup(setup, models=tuple(MODELS)).partners == 2
