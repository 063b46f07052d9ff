"""Partners, partnerships and what belongs to them are opened, changed and led on in the open, or refused."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.errors import Exit
from tallystick.kit.listing import BadWish, Wish
from tallystick.partners.partnerships.models import (
    Campaign,
    Code,
    Link,
    Partner,
    Partnership,
    PartnershipChange,
)
from tallystick.partners.partnerships.queries import listings
from tallystick.partners.partnerships.queries.directory import directory
from tallystick.partners.partnerships.rules import ReasonMissing, State, StepRefused
from tallystick.partners.partnerships.services import partnerships as steps
from tallystick.partners.partnerships.services.campaigns import change_campaign, open_campaign
from tallystick.partners.partnerships.services.codes import change_code, open_code
from tallystick.partners.partnerships.services.links import change_link, open_link
from tallystick.partners.partnerships.services.partners import change_partner, open_partner
from tallystick.partners.partnerships.services.placements import change_placement, open_placement
from tallystick.partners.programs.keeping import KeyTaken
from tallystick.partners.programs.services.archive import archive
from tallystick.partners.programs.services.programs import open_program
from tallystick.partners.programs.values import BadValue
from tests.modules.programs_cast import acme, acts, joined, lines, shop, topics
from tests.modules.threads import beside, finished
from tests.people import TESTER

__all__ = ["acme", "shop"]

pytestmark = pytest.mark.django_db

SPRING = {"name": "Spring", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 4, 1)}


def history_of(partnership):
    return list(PartnershipChange.objects.filter(partnership=partnership).order_by("number"))


@pytest.fixture
def alice(shop):
    return joined(shop, "alice")


@pytest.fixture
def bob(shop):
    return joined(shop, "bob")


def test_a_partnership_is_led_from_an_invitation_to_its_end_and_every_step_stays_in_its_history(shop):
    row = joined(shop, "dana", state=State.INVITED)
    for verb, reason in (
        ("accept", ""),
        ("activate", ""),
        ("pause", "No disclosure"),
        ("resume", ""),
        ("end", "Both agreed"),
    ):
        row = getattr(steps, verb)(row, reason=reason, by=TESTER)
    assert row.state == Partnership.objects.get().state == "ended"
    assert [(change.was, change.state, change.reason) for change in history_of(row)] == [
        ("", "invited", ""),
        ("invited", "onboarding", ""),
        ("onboarding", "active", ""),
        ("active", "paused", "No disclosure"),
        ("paused", "active", ""),
        ("active", "ended", "Both agreed"),
    ]
    assert {(change.actor_kind, change.actor_name) for change in history_of(row)} == {
        ("command", TESTER.name)
    }
    done = [f"partnership.{name}" for name in ("accepted", "activated", "paused", "resumed", "ended")]
    assert acts()[-5:] == topics()[-5:] == done
    assert lines()[-1].changes == {"state": ["active", "ended"]}
    assert lines()[-1].reason == "Both agreed"


def test_one_that_was_ended_can_be_invited_again(alice):
    steps.end(alice, reason="Pause of a year", by=TESTER)
    assert steps.invite(alice, by=TESTER).state == "invited"


def test_calling_twice_is_refused_not_repeated(alice):
    steps.pause(alice, reason="Why", by=TESTER)
    with pytest.raises(
        StepRefused, match="is paused, so it cannot be paused; possible now: resume, end"
    ) as no:
        steps.pause(alice, reason="Why", by=TESTER)
    assert no.value.exit is Exit.REFUSED
    assert len(history_of(alice)) == 2
    assert topics().count("partnership.paused") == 1


def test_to_pause_one_says_why(alice):
    with pytest.raises(ReasonMissing):
        steps.pause(alice, by=TESTER)
    with pytest.raises(BadValue, match="`reason`"):
        steps.pause(alice, reason="x\0", by=TESTER)
    assert Partnership.objects.get().state == "active"


def test_the_changes_of_a_brand_are_numbered_one_after_the_other(alice, bob):
    steps.pause(alice, reason="Why", by=TESTER)
    steps.end(bob, reason="Why", by=TESTER)
    assert sorted(PartnershipChange.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize("state", ["paused", "ended", "friends"])
def test_a_partnership_does_not_begin_in_just_any_state(shop, state):
    with pytest.raises(BadValue, match="begins as: applied, invited, onboarding, active"):
        joined(shop, "dana", state=state)
    assert not Partnership.objects.exists()


def test_a_partner_is_once_in_a_program(shop, alice):
    with pytest.raises(KeyTaken, match="shop/alice"):
        steps.open_partnership(program=shop, partner=alice.partner, state="active", by=TESTER)


def test_tier_and_owner_change_without_changing_the_state(alice):
    assert steps.change_partnership(alice, tier="Gold", owner="Ann", by=TESTER).tier == "Gold"
    assert lines()[-1].changes == {"tier": ["", "Gold"], "owner": ["", "Ann"]}
    assert len(history_of(alice)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_pause_at_once_one_is_refused(house):
    from tests.builders import Brand

    brand = Brand("Acme")

    def pause():
        with brand_scope(brand.id):
            steps.pause(Partnership.objects.get(partner__key="alice"), reason="Why", by=TESTER)

    begun = [beside(pause) for _ in range(4)]
    refused = 0
    for each in begun:
        try:
            finished(each)
        except StepRefused:
            refused += 1
    assert refused == 3
    with brand_scope(brand.id):
        assert PartnershipChange.objects.filter(state="paused").count() == 1


def test_a_partner_says_where_it_is_and_how_it_is_reached(acme):
    row = open_partner(
        key="dana",
        name="Dana",
        kind="creator",
        website="https://dana.example/",
        contact="dana@dana.example",
        by=TESTER,
    )
    row = change_partner(row, name="Dana D.", kind="creator", website="", contact="d@dana.example", by=TESTER)
    assert lines()[-1].changes == {
        "name": ["Dana", "Dana D."],
        "website": ["https://dana.example/", ""],
        "contact": ["dana@dana.example", "d@dana.example"],
    }
    assert acts()[-2:] == topics()[-2:] == ["partner.opened", "partner.changed"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "friend"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"website": "dana.example"}, "website"),
        ({"website": "https://" + "d" * 500 + ".example/"}, "website"),
        ({"contact": "dana"}, "contact"),
        ({"contact": "dana@dana.example\r\nBcc: x@x.example"}, "contact"),
        ({"key": "da na"}, "key"),
    ],
)
def test_what_cannot_be_a_partner_is_refused_with_the_name_of_the_field(acme, said, field):
    with pytest.raises(BadValue) as refused:
        open_partner(**{"key": "dana", "name": "Dana", "kind": "creator", "by": TESTER} | said)
    assert refused.value.values["field"] == field
    assert not Partner.objects.exists()


def test_placements_of_two_partners_may_have_the_same_key(alice, bob):
    blog = open_placement(alice, key="blog", name="Blog", type="blog", by=TESTER)
    open_placement(bob, key="blog", name="Blog", type="blog", by=TESTER)
    with pytest.raises(KeyTaken, match="shop/alice/blog"):
        open_placement(alice, key="blog", name="Blog", type="blog", by=TESTER)
    changed = change_placement(blog, name="Blog", type="video", position="top", by=TESTER)
    assert (changed.type, changed.position) == ("video", "top")


def test_a_campaign_has_days_a_cost_and_a_goal_of_several_lines(shop):
    row = open_campaign(shop, key="spring", cost_minor=150_000, goal="Reach\r\nmore", by=TESTER, **SPRING)
    assert row.goal == "Reach\nmore"
    change_campaign(row, by=TESTER, **SPRING | {"ends_on": date(2026, 5, 1), "cost_minor": None, "goal": ""})
    assert lines()[-1].changes == {
        "ends_on": ["2026-04-01", "2026-05-01"],
        "cost_minor": [150_000, None],
        "goal": ["Reach\nmore", ""],
    }


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ends_on": date(2026, 3, 1)}, "ends_on"),
        ({"ends_on": date(2026, 2, 1)}, "ends_on"),
        ({"cost_minor": -1}, "cost_minor"),
        ({"cost_minor": 10**15 + 1}, "cost_minor"),
        ({"goal": "x" * 1001}, "goal"),
        ({"goal": "a\0"}, "goal"),
    ],
)
def test_what_cannot_be_a_campaign_is_refused(shop, said, field):
    with pytest.raises(BadValue) as refused:
        open_campaign(shop, key="spring", by=TESTER, **SPRING | said)
    assert refused.value.values["field"] == field
    assert not Campaign.objects.exists()


def test_the_database_itself_refuses_a_campaign_that_is_over_before_it_begins(shop):
    for wrong in ({"ends_on": date(2026, 3, 1)}, {"cost_minor": -1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Campaign(program=shop, key="x", **SPRING | wrong).save()


def test_a_link_is_sent_elsewhere_and_put_into_a_campaign(shop, alice):
    spring = open_campaign(shop, key="spring", by=TESTER, **SPRING)
    link = open_link(alice, key="a-1", destination="https://acme.example/", by=TESTER)
    change_link(link, destination="https://acme.example/spring", campaign=spring, by=TESTER)
    assert lines()[-1].changes == {
        "destination": ["https://acme.example/", "https://acme.example/spring"],
        "campaign": [None, "shop/spring"],
    }


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "javascript:alert(1)",
        "//acme.example/",
        "https://user:secret@acme.example/",
        "https://acme.example/" + "a" * 2000,
        "https://acme.example/a b",
        "https://acme.example/\0",
    ],
)
def test_a_link_leads_to_an_address_that_a_visitor_can_be_sent_to(alice, destination):
    with pytest.raises(BadValue) as refused:
        open_link(alice, key="a-1", destination=destination, by=TESTER)
    assert refused.value.values["field"] == "destination"
    good = open_link(alice, key="a-1", destination="https://acme.example/", by=TESTER)
    with pytest.raises(BadValue):
        change_link(good, destination=destination, by=TESTER)
    assert Link.objects.get().destination == "https://acme.example/"


@pytest.mark.parametrize("key", ["", "a/b", "a b", ".a", "ä", "a" * 81, "a?b"])
def test_the_key_of_a_link_can_end_an_address(alice, key):
    with pytest.raises(BadValue):
        open_link(alice, key=key, destination="https://acme.example/", by=TESTER)


def test_links_and_codes_take_only_what_belongs_to_their_partnership_and_program(acme, alice, bob):
    other = open_program(key="b2b", name="B2B", currency="EUR", zone="UTC", history_from=None, by=TESTER)
    foreign = {
        "placement": open_placement(bob, key="blog", name="Blog", type="blog", by=TESTER),
        "campaign": open_campaign(other, key="spring", by=TESTER, **SPRING),
    }
    link = open_link(alice, key="a-1", destination="https://acme.example/", by=TESTER)
    code = open_code(alice, key="ten", by=TESTER)
    for field, row in foreign.items():
        for tried in (
            lambda field=field, row=row: open_code(alice, key="five", by=TESTER, **{field: row}),
            lambda field=field, row=row: change_code(code, by=TESTER, **{field: row}),
            lambda field=field, row=row: change_link(
                link, destination="https://acme.example/", by=TESTER, **{field: row}
            ),
        ):
            with pytest.raises(BadValue, match="is not one of") as refused:
                tried()
            assert refused.value.values["field"] == field


def test_a_code_is_kept_in_upper_case_and_never_changes_hands(alice, bob):
    assert open_code(alice, key=" ten ", by=TESTER).key == "TEN"
    with pytest.raises(KeyTaken, match="'TEN'"):
        open_code(bob, key="Ten", by=TESTER)
    for key in ("", "  ", "x" * 81, "a\0b", "a\tb"):
        with pytest.raises(BadValue):
            open_code(bob, key=key, by=TESTER)
    assert Code.objects.count() == 1


def test_what_is_archived_is_still_found_by_receipts(shop, alice):
    link = open_link(alice, key="a-1", destination="https://acme.example/", by=TESTER)
    code = open_code(alice, key="TEN", by=TESTER)
    for row in (link, code, alice.partner):
        archive(row, by=TESTER)
    known = directory(shop.id)
    assert known.links["a-1"].link_id == link.id
    assert known.codes["TEN"].code_id == code.id
    assert known.partners["alice"].partnership_id == alice.id


def handles(listing, **wish):
    return [row.handle for row in listing.page(Wish(**wish)).rows]


def test_lists_are_searched_narrowed_and_ordered(shop, alice, bob):
    steps.pause(bob, reason="Why", by=TESTER)
    open_placement(alice, key="blog", name="Blog", type="blog", by=TESTER)
    spring = open_campaign(shop, key="spring", by=TESTER, **SPRING)
    open_link(alice, key="a-1", destination="https://acme.example/", campaign=spring, by=TESTER)
    archive(open_link(bob, key="b-1", destination="https://acme.example/", by=TESTER), by=TESTER)
    open_code(bob, key="BOB5", by=TESTER)
    assert handles(listings.PARTNERS, text="ALI") == ["alice"]
    assert handles(listings.PARTNERS, filters={"program": "shop", "kind": "content"}) == ["alice", "bob"]
    assert handles(listings.PARTNERS, sort="-created") == ["bob", "alice"]
    assert handles(listings.PARTNERSHIPS, filters={"state": "paused"}) == ["shop/bob"]
    assert handles(listings.PARTNERSHIPS, sort="-name") == ["shop/bob", "shop/alice"]
    assert handles(listings.PLACEMENTS, filters={"partner": "alice"}) == ["shop/alice/blog"]
    assert handles(listings.PLACEMENTS, filters={"partner": "bob"}) == []
    assert handles(listings.CAMPAIGNS, text="spr") == ["shop/spring"]
    assert handles(listings.LINKS) == ["a-1"]
    assert handles(listings.LINKS, filters={"state": "archived"}) == ["b-1"]
    assert handles(listings.LINKS, filters={"campaign": "spring", "program": "shop"}) == ["a-1"]
    assert handles(listings.CODES, text="bob") == ["BOB5"]
    for name in ("PARTNERS", "PARTNERSHIPS", "PLACEMENTS", "CAMPAIGNS", "LINKS", "CODES"):
        listing = getattr(listings, name)
        for sort in listing.sorts:
            page = listing.page(Wish(sort=sort, limit=1))
            if page.next:
                assert len(listing.page(Wish(sort=sort, limit=1, after=page.next)).rows) == 1
    with pytest.raises(BadWish, match="none of: applied"):
        handles(listings.PARTNERSHIPS, filters={"state": "live"})


def test_another_brands_partnership_is_neither_led_on_nor_archived(shop, alice):
    from tallystick.partners.programs.services.brands import open_brand

    zoe = open_brand(key=f"zoe-{ids.new().hex}", name="Zoë", zone="UTC", by=TESTER)
    with brand_scope(zoe.id):
        with pytest.raises(Partner.DoesNotExist):
            archive(alice.partner, by=TESTER)
        with pytest.raises(Partnership.DoesNotExist):
            steps.pause(alice, reason="Why", by=TESTER)
        assert not Partnership.objects.exists()
