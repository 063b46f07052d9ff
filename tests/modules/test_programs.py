"""Brands, programs, house channels and definitions are opened and changed in the open, or refused with a sentence."""

import re
from datetime import date

import pytest
from django.urls import get_resolver

from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.errors import Exit
from tallystick.kit.listing import BadWish, Wish
from tallystick.partners.accounts.models import Proposal
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.proposals import SamePerson, approve
from tallystick.partners.programs.keeping import KeyTaken
from tallystick.partners.programs.models import Brand, Channel, Definition, DefinitionVersion, Program
from tallystick.partners.programs.queries import CHANNELS, DEFINITIONS, PROGRAMS
from tallystick.partners.programs.rules import RESERVED_KEYS, BadDefinition, Meaning
from tallystick.partners.programs.services.archive import AlreadySo, archive, restore
from tallystick.partners.programs.services.brands import change_brand, open_brand
from tallystick.partners.programs.services.channels import open_channel
from tallystick.partners.programs.services.definitions import (
    NeedsSecondPerson,
    publish_definition,
    publish_or_propose,
)
from tallystick.partners.programs.services.programs import change_program, open_program
from tallystick.partners.programs.services.second_person import (
    TooFewPeople,
    need_second_person,
    propose_one_person,
)
from tallystick.partners.programs.values import BadValue
from tests.modules.accounts_cast import acting, confirmed
from tests.modules.programs_cast import acme, acts, lines, shop, topics
from tests.people import TESTER, person, seat

__all__ = ["acme", "shop"]

pytestmark = pytest.mark.django_db

SALE = {"key": "sale", "name": "Sale", "effective_on": date(2026, 1, 1), "primary": True}


def published(shop, *, by=TESTER, **said):
    return publish_definition(shop, by=by, **{**SALE, "meaning": Meaning(), **said})


def keys_of(page):
    return [row.key for row in page.rows]


def first_parts(resolver, before=""):
    for pattern in resolver.url_patterns:
        here = before + str(pattern.pattern).removeprefix("^")
        if hasattr(pattern, "url_patterns"):
            yield from first_parts(pattern, here)
        else:
            yield here.partition("/")[0]


def test_no_brand_can_be_called_as_the_first_part_of_an_address_of_ours():
    words = {part for part in first_parts(get_resolver()) if re.fullmatch(r"[A-Za-z0-9][-\w]*", part)}
    assert "account" in words
    assert words <= RESERVED_KEYS


def test_the_trail_of_a_brand_begins_with_its_opening(acme):
    (line,) = lines()
    assert (line.act, line.subject, line.actor_name) == (
        "brand.opened",
        ids.show("brd", acme.id),
        TESTER.name,
    )
    assert line.changes["name"] == [None, "Acme"]
    assert topics() == ["brand.opened"]


def test_a_change_is_written_down_with_what_was_before_and_none_where_nothing_changes(acme):
    change_brand(acme, name="Acme", zone="Europe/Berlin", by=TESTER)
    assert acts() == ["brand.opened"]
    changed = change_brand(acme, name="Acme Ltd", zone="UTC", by=TESTER)
    assert (changed.name, changed.zone) == ("Acme Ltd", "UTC")
    assert lines()[-1].changes == {"name": ["Acme", "Acme Ltd"], "zone": ["Europe/Berlin", "UTC"]}
    assert topics()[-1] == "brand.changed"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"key": "portal"}, "key"),
        ({"key": "API"}, "key"),
        ({"key": "-"}, "key"),
        ({"key": "a b"}, "key"),
        ({"key": "a" * 61}, "key"),
        ({"name": " "}, "name"),
        ({"name": "A\0B"}, "name"),
        ({"name": "A\nB"}, "name"),
        ({"name": "A\ud800"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"zone": "Mars/Phobos"}, "zone"),
    ],
)
def test_what_cannot_be_a_brand_is_refused_with_the_name_of_the_field(said, field):
    with pytest.raises(BadValue) as refused:
        open_brand(**{"key": "other", "name": "Other", "zone": "UTC", "by": TESTER} | said)
    assert refused.value.values["field"] == field
    assert refused.value.exit is Exit.USAGE
    assert not Brand.objects.filter(name="Other").exists()


def test_a_key_is_taken_once(acme, shop):
    for open_again in (
        lambda: open_brand(key=acme.key, name="Two", zone="UTC", by=TESTER),
        lambda: open_program(
            key="shop", name="Two", currency="EUR", zone="UTC", history_from=None, by=TESTER
        ),
    ):
        with pytest.raises(KeyTaken, match="choose another key") as refused:
            open_again()
        assert refused.value.exit is Exit.REFUSED
    assert acts() == ["brand.opened", "program.opened"]


def test_spaces_around_a_text_are_not_kept(acme):
    assert open_channel(key="mail", name="  Mail ", by=TESTER).name == "Mail"


def test_a_program_is_in_a_currency_that_there_is(acme):
    with pytest.raises(BadValue, match="XXX"):
        open_program(key="p", name="P", currency="XXX", zone="UTC", history_from=None, by=TESTER)
    assert not Program.objects.exists()


def test_a_program_changes_its_name_zone_and_history(shop):
    changed = change_program(shop, name="Shop", zone="UTC", history_from=date(2026, 1, 1), by=TESTER)
    assert changed.history_from == date(2026, 1, 1)
    assert lines()[-1].changes == {
        "zone": ["Europe/Berlin", "UTC"],
        "history_from": [None, "2026-01-01"],
    }


def test_another_brands_program_cannot_be_changed(shop):
    zoe = open_brand(key=f"zoe-{ids.new().hex}", name="Zoë", zone="UTC", by=TESTER)
    with brand_scope(zoe.id), pytest.raises(Program.DoesNotExist):
        change_program(shop, name="Hers", zone="UTC", history_from=None, by=TESTER)


def test_what_is_archived_is_in_no_list_until_it_is_asked_for_or_restored(acme):
    mail = open_channel(key="mail", name="Mail", by=TESTER)
    open_channel(key="search", name="Search", by=TESTER)
    archive(mail, by=TESTER)
    assert keys_of(CHANNELS.page(Wish())) == ["search"]
    assert keys_of(CHANNELS.page(Wish(filters={"state": "archived"}))) == ["mail"]
    assert keys_of(CHANNELS.page(Wish(filters={"state": "all"}))) == ["mail", "search"]
    assert Channel.objects.count() == 2
    restore(mail, by=TESTER)
    assert keys_of(CHANNELS.page(Wish())) == ["mail", "search"]
    assert acts()[-2:] == topics()[-2:] == ["channel.archived", "channel.restored"]


def test_archiving_and_restoring_twice_is_refused(acme):
    mail = open_channel(key="mail", name="Mail", by=TESTER)
    with pytest.raises(AlreadySo, match="restored already"):
        restore(mail, by=TESTER)
    archive(mail, by=TESTER)
    with pytest.raises(AlreadySo, match="archived already"):
        archive(mail, by=TESTER)


def test_the_key_of_what_is_archived_stays_taken_and_the_refusal_says_where_it_is(acme):
    archive(open_channel(key="mail", name="Mail", by=TESTER), by=TESTER)
    with pytest.raises(KeyTaken, match="in the archive; restore it"):
        open_channel(key="mail", name="Post", by=TESTER)


def test_programs_channels_and_definitions_are_searched_filtered_and_ordered(shop):
    other = open_program(
        key="b2b", name="Wholesale", currency="EUR", zone="UTC", history_from=None, by=TESTER
    )
    published(shop)
    published(other, name="Contract")
    assert keys_of(PROGRAMS.page(Wish(text="WHOLE"))) == ["b2b"]
    assert keys_of(PROGRAMS.page(Wish(sort="-created"))) == ["b2b", "shop"]
    assert [row.handle for row in DEFINITIONS.page(Wish(filters={"program": "b2b"})).rows] == ["b2b/sale"]
    with pytest.raises(BadWish, match="no filter 'kind'; filters: program"):
        DEFINITIONS.page(Wish(filters={"kind": ""}))
    with pytest.raises(BadWish, match="live, archived, all"):
        CHANNELS.page(Wish(filters={"state": "gone"}))


def test_a_list_goes_on_from_the_place_where_a_page_ended_and_refuses_any_other(acme):
    for name in ("a", "b", "c"):
        open_channel(key=name, name="Same", by=TESTER)
    first = CHANNELS.page(Wish(limit=2))
    assert (len(first.rows), first.total) == (2, 3)
    assert len(CHANNELS.page(Wish(limit=2, after=first.next)).rows) == 1
    for place in ("x", "bnVsbA", "WzEsMiwzXQ", "W10", first.next[:-4]):
        with pytest.raises(BadWish, match="begin at the first page"):
            CHANNELS.page(Wish(after=place))


@pytest.mark.parametrize("text", ["\0", "%", "_", "'", "\ud800", "%s", "💶"])
def test_any_text_can_be_searched_for(acme, text):
    open_channel(key="mail", name="Mail", by=TESTER)
    assert keys_of(CHANNELS.page(Wish(text=text))) in ([], ["mail"])
    assert DEFINITIONS.page(Wish(filters={"program": text})).total == 0


def test_publishing_writes_down_what_the_version_says_differently(shop):
    published(shop)
    published(shop, effective_on=date(2026, 3, 1), meaning=Meaning(model="linear"))
    assert acts()[2:] == ["definition.opened", "definition.published", "definition.published"]
    assert lines()[-1].changes == {
        "version": [1, 2],
        "effective_on": ["2026-01-01", "2026-03-01"],
        "model": ["last_touch", "linear"],
    }
    assert lines()[-1].label == "shop/sale"
    assert topics()[-1] == "definition.published"


def test_publishing_the_same_again_writes_nothing_and_another_name_only_renames(shop):
    first = published(shop)
    before = acts()
    assert published(shop) == first
    assert acts() == before
    assert published(shop, name="Order") == first
    assert acts() == [*before, "definition.changed"]
    assert Definition.objects.get().name == "Order"


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"effective_on": date(1969, 12, 31)}, "events begin in 1970"),
        ({"effective_on": date(2025, 1, 1)}, "never changes; give the new version a later"),
        ({"key": "lead", "name": "Lead"}, "two primary definitions: lead, sale"),
        ({"key": "a b"}, "`key`"),
        ({"name": ""}, "`name` is empty"),
    ],
)
def test_a_version_that_cannot_be_is_neither_published_nor_proposed(acme, shop, said, complaint):
    published(shop)
    before = acts()
    wrong = {**SALE, "meaning": Meaning(model="linear"), **said}
    for verb in (publish_definition, publish_or_propose):
        with pytest.raises((BadDefinition, BadValue), match=complaint):
            verb(shop, by=TESTER, **wrong)
    assert acts() == before
    assert DefinitionVersion.objects.count() == Definition.objects.count() == 1


@pytest.fixture
def careful(acme, shop):
    """Acme's program, where two people are needed; Ann and Max are managers."""
    people = []
    for name in ("Ann", "Max"):
        user = confirmed(person(name))
        seat(user, acme.id, Role.MANAGER)
        people.append(acting(user))
    need_second_person(acme, by=people[0])
    return Program.objects.get(id=shop.id), *people


def test_where_two_people_are_needed_one_alone_publishes_nothing(careful):
    shop, ann, _ = careful
    with pytest.raises(NeedsSecondPerson, match="another person approves it"):
        published(shop, by=ann)
    assert not Definition.objects.exists()


def test_what_one_person_proposes_is_in_force_when_another_approves_it(careful):
    shop, ann, max_ = careful
    proposal = publish_or_propose(shop, by=ann, **SALE, meaning=Meaning(model="linear"))
    assert isinstance(proposal, Proposal)
    assert not DefinitionVersion.objects.exists()
    with pytest.raises(SamePerson):
        approve(proposal, seen=proposal.digest, by=ann)
    approve(proposal, seen=proposal.digest, by=max_)
    row = DefinitionVersion.objects.get()
    assert (row.effective_on, row.primary, row.meaning["model"]) == (date(2026, 1, 1), True, "linear")
    assert lines()[-1].actor_name == "Max"
    assert publish_or_propose(shop, by=ann, **SALE, meaning=Meaning(model="linear")) == row


def test_a_proposal_that_fits_no_more_when_it_is_approved_is_refused_and_still_waits(careful):
    shop, ann, max_ = careful
    early, late = (
        publish_or_propose(shop, by=ann, **{**SALE, "effective_on": day, "meaning": Meaning(model=model)})
        for day, model in ((date(2026, 1, 1), "linear"), (date(2026, 5, 1), "position"))
    )
    approve(late, seen=late.digest, by=max_)
    with pytest.raises(BadDefinition, match="later `effective_on`"):
        approve(early, seen=early.digest, by=max_)
    assert Proposal.objects.get(id=early.id).state == "open"
    assert DefinitionVersion.objects.count() == 1


def test_a_second_person_is_asked_for_where_there_is_one_and_let_go_by_two(acme, careful):
    _, ann, max_ = careful
    proposal = propose_one_person(acme, by=ann)
    assert Brand.objects.get(id=acme.id).needs_second_person
    approve(proposal, seen=proposal.digest, by=max_)
    assert not Brand.objects.get(id=acme.id).needs_second_person
    assert lines()[-1].changes == {"needs_second_person": [True, False]}


def test_a_brand_with_one_person_does_not_ask_for_a_second(acme):
    seat(confirmed(person("Ann")), acme.id, Role.MANAGER)
    with pytest.raises(TooFewPeople, match="here 1 can"):
        need_second_person(acme, by=TESTER)
