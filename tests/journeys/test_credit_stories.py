"""Whom a conversion is credited to, and why nobody else is."""

from datetime import date
from itertools import permutations

import pytest

from tests.builders import (
    ALL,
    ROBOT,
    Promoter,
    alice,
    bob,
    code,
    happens,
    identify,
    mallory,
    newsletter,
    purchase,
    renewal,
    search,
)

HOUSE = "Newsletter (house channel)"


def test_the_last_touch_before_the_purchase_has_all_the_credit(acme):
    acme.defines("purchase", primary=True)
    acme.receives(alice.click("v1", at=0), bob.click("v1", at=1), purchase("1001", visitor="v1", at=2))
    assert acme.shares("1001") == {"Bob": ALL}
    assert acme.reasons("1001") == {"Alice": "not_last"}


def test_a_house_channel_that_competes_takes_the_credit(acme):
    acme.defines("purchase", primary=True, house_channels_compete=True)
    acme.receives(alice.click("v1", at=0), newsletter.click("v1", at=1), purchase("1001", visitor="v1", at=2))
    assert acme.shares("1001") == {"Newsletter": ALL}
    assert acme.reasons("1001") == {"Alice": "not_last"}


def test_a_house_channel_that_does_not_compete_stands_aside(acme):
    acme.defines("purchase", primary=True, house_channels_compete=False)
    acme.receives(alice.click("v1", at=0), newsletter.click("v1", at=1), purchase("1001", visitor="v1", at=2))
    assert acme.shares("1001") == {"Alice": ALL}
    assert acme.reasons("1001") == {HOUSE: "house_does_not_compete"}


def test_a_purchase_without_a_touch_is_credited_to_nobody_until_its_click_arrives_late(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase("1001", visitor="v1", at=2))
    assert "No touchpoint" in acme.order("1001").why_not
    acme.receives(alice.click("v1", at=1))
    assert acme.shares("1001") == {"Alice": ALL}
    assert acme.order("1001").why_not == ""
    assert len(acme.order("1001").revisions) == 2


def test_an_earlier_click_that_arrives_late_does_not_change_the_last_touch(acme):
    acme.defines("purchase", primary=True)
    acme.receives(bob.click("v1", at=1), purchase("1001", visitor="v1", at=2))
    acme.receives(alice.click("v1", at=0.5))
    assert acme.shares("1001") == {"Bob": ALL}
    assert acme.reasons("1001") == {"Alice": "not_last"}


@pytest.mark.parametrize("arriving", list(permutations(("click", "identity", "purchase"))), ids="-".join)
def test_a_click_counts_for_a_customer_in_whatever_order_identity_comes(acme, arriving):
    acme.defines("purchase", primary=True)
    things = {
        "click": alice.click("v1", at=0),
        "identity": identify("v1", "carol", at=5),
        "purchase": purchase("1001", customer="carol", at=3),
    }
    for name in arriving:
        acme.receives(things[name])
    assert acme.shares("1001") == {"Alice": ALL}


def test_a_visitor_of_too_many_customers_takes_the_credit_from_all_of_them_when_it_crosses(acme):
    acme.defines("purchase", primary=True)
    acme.receives(alice.click("kiosk", at=0))
    acme.receives(*[identify("kiosk", f"c{n}", at=1 + n) for n in range(3)])
    acme.receives(
        purchase("1001", customer="c0", at=5), purchase("1002", visitor="kiosk", customer="c1", at=6)
    )
    assert acme.shares("1001") == acme.shares("1002") == {"Alice": ALL}
    acme.receives(identify("kiosk", "c3", at=7))
    assert acme.shares("1001") == acme.shares("1002") == {}
    assert acme.reasons("1001") == {}
    assert acme.reasons("1002") == {"Alice": "visitor_shared_by_too_many"}
    assert "too many customers" in acme.why_not(alice.click("kiosk", at=0))


def test_customers_lose_a_shared_visitor_also_when_several_steps_were_recorded_before_any_was_credited(acme):
    acme.defines("purchase", primary=True)
    acme.receives(alice.click("kiosk", at=0), *[identify("kiosk", f"c{n}", at=1) for n in range(3)])
    acme.receives(purchase("1001", customer="c0", at=5))
    for n in (3, 4, 5):
        acme.gets(identify("kiosk", f"c{n}", at=6))
        acme.records()
    acme.works()
    assert acme.shares("1001") == {}


def test_a_touch_that_names_its_customer_counts_although_the_visitor_is_shared(acme):
    acme.defines("purchase", primary=True)
    acme.receives(*[identify("kiosk", f"c{n}", at=0) for n in range(4)])
    acme.receives(
        alice.click("kiosk", at=1, customer="c0"), purchase("1001", visitor="kiosk", customer="c0", at=2)
    )
    assert acme.shares("1001") == {"Alice": ALL}


def test_of_two_reports_of_one_order_the_more_trusted_source_decides_and_the_other_corroborates(acme):
    acme.defines("purchase", primary=True, sources=["billing", "pixel"])
    acme.receives(purchase("1001", customer="carol", at=1, amount="80.00", source="pixel"))
    assert (acme.order("1001").value, acme.order("1001").corroborating) == ("80.00 EUR", 0)
    acme.receives(purchase("1001", customer="carol", at=2, amount="79.00", source="billing"))
    order = acme.order("1001")
    assert (order.value, order.corroborating, len(order.revisions)) == ("79.00 EUR", 1, 2)
    assert "corroborates" in acme.why_not(purchase("1001", customer="carol", at=1, source="pixel"))
    assert acme.orders() == {"order:1001"}


def test_of_two_reports_of_equally_trusted_sources_the_earliest_decides(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase("1001", customer="carol", at=2, amount="70.00"))
    acme.receives(purchase("1001", customer="carol", at=1, amount="60.00", source="pixel"))
    assert acme.order("1001").value == "60.00 EUR"


def test_a_robots_click_is_labelled_and_never_credited(acme):
    acme.defines("purchase", primary=True)
    robot = mallory.click("v1", at=1, user_agent=ROBOT)
    acme.receives(alice.click("v1", at=0), robot, purchase("1001", visitor="v1", at=2))
    assert acme.shares("1001") == {"Alice": ALL}
    assert acme.reasons("1001") == {"Mallory": "known_bot"}
    assert "known bot" in acme.why_not(robot)
    assert acme.event(robot).label == "known_bot"


def test_a_robots_purchase_is_no_conversion(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase("1001", visitor="v1", at=2, user_agent=ROBOT))
    assert acme.orders() == set()


def test_a_used_code_beats_a_later_click(acme):
    acme.defines("purchase", primary=True, model="code_wins")
    acme.receives(
        code("bob5", at=1, visitor="v1"), alice.click("v1", at=1.5), purchase("1001", visitor="v1", at=2)
    )
    assert acme.shares("1001") == {"Bob": ALL}
    assert acme.reasons("1001") == {"Alice": "beaten_by_code"}


def test_a_voucher_site_is_skipped_while_the_path_has_anybody_else(acme):
    acme.defines("purchase", primary=True, model="last_non_coupon")
    acme.receives(alice.click("v1", at=0), bob.click("v1", at=1), purchase("1001", visitor="v1", at=2))
    assert acme.shares("1001") == {"Alice": ALL}
    assert acme.reasons("1001") == {"Bob": "coupon_skipped"}
    acme.receives(bob.click("v2", at=1), purchase("1002", visitor="v2", at=2))
    assert acme.shares("1002") == {"Bob": ALL}


def test_three_equal_touches_share_to_the_last_part_per_billion(acme):
    acme.defines("purchase", primary=True, model="linear")
    acme.receives(
        alice.click("v1", at=0),
        bob.click("v1", at=1),
        search.click("v1", at=1.5),
        purchase("1001", visitor="v1", at=2),
    )
    assert acme.shares("1001") == {"Alice": 333_333_334, "Bob": 333_333_333, "Search": 333_333_333}


def test_a_decayed_touch_can_round_to_nothing_and_says_so(acme):
    acme.defines("purchase", primary=True, model="time_decay", half_life_days=1, windows={"click": 100})
    acme.receives(alice.click("v1", at=0), bob.click("v1", at=90), purchase("1001", visitor="v1", at=91))
    assert acme.shares("1001") == {"Bob": ALL}
    assert acme.reasons("1001") == {"Alice": "rounds_to_nothing"}


def test_the_first_touch_leaves_the_others_without_credit(acme):
    acme.defines("purchase", primary=True, model="first_touch")
    acme.receives(alice.click("v1", at=0), bob.click("v1", at=1), purchase("1001", visitor="v1", at=2))
    assert acme.reasons("1001") == {"Bob": "not_first"}


def test_a_kind_without_a_window_earns_nothing(acme):
    acme.defines("purchase", primary=True, windows={"click": 30})
    acme.receives(
        alice.click("v1", at=0),
        bob.touch("impression", at=1, visitor="v1"),
        purchase("1001", visitor="v1", at=2),
    )
    assert acme.shares("1001") == {"Alice": ALL}
    assert acme.reasons("1001") == {"Bob": "kind_not_in_definition"}


def test_a_window_ends_to_the_instant(acme):
    acme.defines("purchase", primary=True, windows={"click": 30, "code_use": 60})
    too_old = alice.click("v2", at=0)
    acme.receives(alice.click("v1", at=0), purchase("1001", visitor="v1", at=30))
    acme.receives(too_old, purchase("1002", visitor="v2", at=30.01))
    assert acme.shares("1001") == {"Alice": ALL}
    assert acme.shares("1002") == {}
    assert acme.reasons("1002") == {"Alice": "outside_window"}
    assert "none of them is eligible" in acme.order("1002").why_not
    assert "older than the window" in acme.why_not(too_old)


def test_a_click_after_the_purchase_says_so(acme):
    acme.defines("purchase", primary=True)
    late = alice.click("v1", at=3)
    acme.receives(purchase("1001", visitor="v1", at=2), late)
    assert acme.shares("1001") == {}
    assert acme.why_not(late) == "The touch came after the conversion."


def test_a_click_of_somebody_who_never_buys_says_so(acme):
    acme.defines("purchase", primary=True)
    acme.receives(alice.click("v1", at=3), happens("page_view", at=3.1, visitor="v1"))
    assert "No conversion of this visitor" in acme.why_not(alice.click("v1", at=3))
    assert "behaviour" in acme.why_not(happens("page_view", at=3.1, visitor="v1"))


def test_an_outcome_that_no_definition_counts_says_so(acme):
    acme.defines("purchase", primary=True, where={"plan": "pro"})
    acme.receives(
        purchase("1001", visitor="v1", at=2), purchase("1002", visitor="v2", at=2, attributes={"plan": "pro"})
    )
    assert acme.orders() == {"order:1002"}
    assert "No definition in force on its day counts a purchase" in acme.why_not(
        purchase("1001", visitor="v1", at=2)
    )
    assert acme.why_not(purchase("1002", visitor="v2", at=2)) == ""


def test_a_purchase_before_the_first_version_is_no_conversion(acme):
    acme.defines("purchase", primary=True, effective_on=date(2026, 3, 4))
    acme.receives(purchase("1001", visitor="v1", at=1), purchase("1002", visitor="v1", at=3))
    assert acme.orders() == {"order:1002"}


@pytest.mark.parametrize(
    ("key", "kind", "who"),
    [
        ("deal", "registered_deal", {"account": "initech"}),
        ("crm", "crm_partner_field", {"customer": "carol"}),
    ],
)
def test_touchpoints_without_a_visitor_earn_credit_by_account_or_customer(acme, key, kind, who):
    acme.defines("purchase", primary=True, windows={kind: 90})
    acme.receives(Promoter("alice", "Alice").touch(kind, at=0, **who), purchase(key, at=20, **who))
    assert acme.shares(key) == {"Alice": ALL}


def binds(acme, **policy):
    acme.defines("purchase", primary=True, model="linear", binds=True, **policy)
    acme.defines("renewal", events=["renewal"], credit_by="binding")


def test_renewals_follow_the_binding_and_not_their_own_path(acme):
    binds(acme)
    acme.receives(alice.click("v1", at=0), newsletter.click("v1", at=0.5), identify("v1", "carol", at=1))
    acme.receives(purchase("1001", customer="carol", at=2))
    acme.receives(bob.click("v1", at=30), renewal("r1", customer="carol", at=31))
    assert acme.shares("r1") == {"Alice": ALL // 2, "Newsletter": ALL // 2}
    assert acme.reasons("r1") == {"Bob": "credited_by_binding"}
    assert acme.order("r1").via == "binding"


def test_a_binding_conversion_that_arrives_late_credits_the_renewals_before_it(acme):
    binds(acme)
    acme.receives(renewal("r1", customer="carol", at=31))
    assert "this customer has none" in acme.order("r1").why_not
    acme.receives(
        alice.click("v1", at=0), identify("v1", "carol", at=1), purchase("1001", customer="carol", at=2)
    )
    assert acme.shares("r1") == {"Alice": ALL}


def test_an_earlier_credited_purchase_that_arrives_late_takes_the_binding_over(acme):
    binds(acme)
    acme.receives(alice.click("v1", at=5), purchase("1002", visitor="v1", customer="carol", at=6))
    acme.receives(renewal("r1", customer="carol", at=31))
    assert acme.shares("r1") == {"Alice": ALL}
    acme.receives(bob.click("v1", at=1), purchase("1001", visitor="v1", customer="carol", at=2))
    assert acme.shares("r1") == {"Bob": ALL}


def test_a_binding_ends_with_its_duration(acme):
    binds(acme, binding_days=30)
    acme.receives(alice.click("v1", at=0), purchase("1001", visitor="v1", customer="carol", at=1))
    acme.receives(renewal("r1", customer="carol", at=31), renewal("r2", customer="carol", at=31.01))
    assert acme.shares("r1") == {"Alice": ALL}
    assert acme.shares("r2") == {}
    assert acme.order("r2").why_not == "The binding had run its full duration."


def test_a_pause_breaks_a_binding_until_a_late_renewal_shows_that_there_was_none(acme):
    binds(acme, break_after_days=20)
    acme.receives(alice.click("v1", at=0), purchase("1001", visitor="v1", customer="carol", at=1))
    acme.receives(renewal("r2", customer="carol", at=35))
    assert "paused for longer" in acme.order("r2").why_not
    acme.receives(renewal("r1", customer="carol", at=18))
    assert acme.shares("r1") == acme.shares("r2") == {"Alice": ALL}


def test_a_renewal_before_the_binding_is_credited_to_nobody(acme):
    binds(acme)
    acme.receives(renewal("r1", customer="carol", at=0))
    acme.receives(alice.click("v1", at=1), purchase("1001", visitor="v1", customer="carol", at=2))
    assert acme.order("r1").why_not == "The conversion came before the one that made the binding."


def test_house_channels_alone_bind_nobody(acme):
    binds(acme)
    acme.receives(newsletter.click("v1", at=0), purchase("1001", visitor="v1", customer="carol", at=1))
    acme.receives(renewal("r1", customer="carol", at=10))
    assert "this customer has none" in acme.order("r1").why_not


def test_a_binding_ends_when_its_conversion_loses_the_credit(acme):
    binds(acme)
    acme.receives(
        alice.click("kiosk", at=0), identify("kiosk", "c0", at=0), purchase("1001", customer="c0", at=1)
    )
    acme.receives(renewal("r1", customer="c0", at=10))
    assert set(acme.standing()["bindings"]) == {"c0"}
    acme.receives(*[identify("kiosk", f"c{n}", at=2) for n in range(1, 4)])
    assert acme.shares("r1") == {}
    assert acme.standing()["bindings"] == {}


def test_a_binding_ends_when_its_visitor_turns_out_to_be_two_customers(acme):
    binds(acme)
    acme.receives(
        alice.click("v1", at=0), identify("v1", "carol", at=0), purchase("1001", visitor="v1", at=1)
    )
    assert set(acme.standing()["bindings"]) == {"carol"}
    acme.receives(identify("v1", "dora", at=2))
    assert acme.order("1001").subject == "v:v1"
    assert acme.standing()["bindings"] == {}
