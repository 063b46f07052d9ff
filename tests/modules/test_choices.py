"""Names that nobody knows: a person says once what each stands for, and it is remembered."""

import pytest

from tallystick import journey
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.partnerships.models import Partner, Partnership, Placement
from tallystick.partners.partnerships.services.placements import open_placement
from tallystick.partners.programs.models import Channel, Program
from tallystick.tracking.events import services
from tallystick.tracking.events.choices import (
    BadChoice,
    UnknownName,
    choose,
    forget,
    open_and_choose,
    unknown_names,
)
from tallystick.tracking.events.models import Choice, Event
from tallystick.tracking.inbox.rules import Reason
from tests.builders import Brand, Promoter, happens, identify, purchase
from tests.people import TESTER

stranger = Promoter("Jane & Co", "Jane & Co")


@pytest.fixture
def acme(house):
    acme = Brand("Acme")
    acme.defines("purchase", primary=True)
    acme.receives(
        stranger.click("v1", at=1),
        stranger.click("v2", at=1),
        happens("click", visitor="v1", link="old-7", at=2),
        happens("code_use", visitor="v1", code="spring ", at=2),
        happens("click", visitor="v1", partner="alice", placement="tv", at=2),
        happens("click", visitor="v1", channel="radio", at=2),
    )
    with brand_scope(acme.id):
        yield acme


def shop() -> Program:
    return Program.objects.get(key="shop")


def alices() -> Partnership:
    return Partnership.objects.get(partner__key="alice")


def replayed(acme: Brand, *names) -> int:
    found = services.replay(acme.id, store=journey.inbox(), names=names or None, by=TESTER)
    return found.released


def test_every_unknown_name_is_told_with_how_many_rows_wait_for_it(acme):
    assert unknown_names() == [
        UnknownName("shop", "partner", "Jane & Co", 2),
        UnknownName("shop", "code", "SPRING", 1),
        UnknownName("shop", "placement", "alice/tv", 1),
        UnknownName("shop", "link", "old-7", 1),
        UnknownName("shop", "channel", "radio", 1),
    ]


def test_a_name_that_is_chosen_for_is_known_once_what_waits_is_replayed_and_ever_after(acme):
    choose(program=shop(), role="partner", value="Jane & Co", to=alices(), by=TESTER)
    assert acme.waiting() == {"unknown_partner": 6}
    assert replayed(acme, ("shop", "partner", "Jane & Co")) == 2
    acme.receives(stranger.click("v3", at=3))
    assert Event.objects.filter(partnership=alices()).count() == 3
    assert [name.value for name in unknown_names()] == ["SPRING", "alice/tv", "old-7", "radio"]


def test_whatever_a_name_stood_for_it_can_stand_for_anything(acme):
    placement = open_placement(alices(), key="video", name="Video", type="video", by=TESTER)
    search = Channel.objects.get(key="search")
    for role, value, to in (
        ("partner", "Jane & Co", search),
        ("code", "spring", alices()),
        ("link", "old-7", placement),
        ("placement", "alice/tv", placement),
    ):
        choose(program=shop(), role=role, value=value, to=to, by=TESTER)
    services.replay(acme.id, store=journey.inbox(), reasons=[Reason.UNKNOWN_PARTNER], by=TESTER)
    assert Event.objects.filter(channel=search).count() == 2
    assert Event.objects.filter(placement=placement, partnership=alices()).count() == 2
    assert Event.objects.filter(kind="code_use", partnership=alices()).count() == 1
    assert acme.waiting() == {"unknown_partner": 1}


def test_what_is_ignored_waits_no_longer_and_becomes_nothing(acme):
    choose(program=shop(), role="partner", value="Jane & Co", to=None, by=TESTER)
    assert replayed(acme) == 2
    assert Event.objects.count() == 0
    acme.receives(stranger.touch("purchase", order="1001", customer="carol", amount="1.00", at=4))
    assert acme.orders() == {"order:1001"}


def test_what_a_name_stands_for_can_be_opened_on_the_spot(acme):
    for role, value, kind in (
        ("partner", "Jane & Co", "creator"),
        ("code", "SPRING", "voucher"),
        ("placement", "alice/tv", "video"),
        ("channel", "radio", ""),
    ):
        open_and_choose(program=shop(), role=role, value=value, name="Jane & Co", kind=kind, by=TESTER)
    assert set(Partner.objects.filter(name="Jane & Co").values_list("key", flat=True)) == {
        "jane-co",
        "jane-co-2",
    }
    assert Placement.objects.get(key="tv").partnership == alices()
    assert Channel.objects.get(key="radio").name == "Jane & Co"
    assert replayed(acme) == 5
    assert Event.objects.get(kind="code_use").partnership.partner.kind == "voucher"


def test_a_placement_of_a_partner_that_was_chosen_for_is_opened_at_that_partner(acme):
    choose(program=shop(), role="partner", value="Jane & Co", to=alices(), by=TESTER)
    made = open_and_choose(
        program=shop(), role="placement", value="Jane & Co/TV spot", name="TV spot", kind="video", by=TESTER
    )
    assert made.placement.handle == "shop/alice/tv-spot"
    with pytest.raises(BadChoice, match="say first who that is"):
        open_and_choose(
            program=shop(), role="placement", value="nobody/tv", name="TV", kind="video", by=TESTER
        )


def test_a_later_choice_stands_for_an_earlier_one_and_what_became_an_event_stays(acme):
    choose(program=shop(), role="partner", value="Jane & Co", to=alices(), by=TESTER)
    replayed(acme)
    bobs = Partnership.objects.get(partner__key="bob")
    for _ in range(2):
        choose(program=shop(), role="partner", value="Jane & Co", to=bobs, by=TESTER)
    acme.receives(stranger.click("v3", at=3))
    assert Event.objects.filter(partnership=alices()).count() == 2
    assert Event.objects.filter(partnership=bobs).count() == 1
    said = [
        line.changes["to"]
        for line in AuditLine.objects.filter(brand_id=acme.id, act="choice.made").order_by("id")
    ]
    assert said == [[None, "shop/alice"], ["shop/alice", "shop/bob"]]


def test_a_choice_that_is_forgotten_makes_the_name_unknown_again(acme):
    choice = choose(program=shop(), role="partner", value="Jane & Co", to=None, by=TESTER)
    forget(choice, by=TESTER)
    forget(choice, by=TESTER)
    assert replayed(acme) == 0
    assert AuditLine.objects.filter(brand_id=acme.id, act="choice.forgotten").count() == 1
    assert not Choice.objects.exists()


def test_a_choice_that_cannot_be_meant_is_refused(acme):
    with pytest.raises(BadChoice, match="no kind of name"):
        choose(program=shop(), role="visitor", value="x", to=None, by=TESTER)
    for value in ("", "x" * 301, "a\0b"):
        with pytest.raises(BadChoice, match="1 to 300"):
            choose(program=shop(), role="partner", value=value, to=None, by=TESTER)
    other = Program(key="other", name="Other", currency="EUR", zone="UTC")
    other.save(force_insert=True)
    with pytest.raises(BadChoice, match="not in the program"):
        choose(program=other, role="partner", value="Jane", to=alices(), by=TESTER)


def test_a_key_that_is_opened_later_goes_before_a_choice(acme):
    choose(program=shop(), role="link", value="jane", to=None, by=TESTER)
    jane = Promoter("jane", "Jane")
    choose(program=shop(), role="partner", value="jane", to=alices(), by=TESTER)
    acme.sets_up(partners=[{"key": "jane", "name": "Jane", "kind": "content"}])
    acme.receives(
        jane.click("v9", at=1), identify("v9", "carol", at=1), purchase("1", customer="carol", at=2)
    )
    assert set(acme.shares("1")) == {"Jane"}
