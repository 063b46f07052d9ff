"""New, returning and unknown customers; definitions that change; what waits in quarantine and what comes of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from tallystick import journey
from tallystick.kit import ids
from tests.builders import (
    ALL,
    Promoter,
    alice,
    bob,
    day,
    happens,
    identify,
    mallory,
    newsletter,
    purchase,
)
from tests.people import TESTER

dana = Promoter("dana", "Dana")


def customer_type(acme, order):
    return acme.order(order).customer_type


def test_a_customer_is_new_from_the_history_day_on_and_unknown_before(acme):
    acme.defines("purchase", primary=True)
    acme.sets_up(history_from=date(2026, 3, 10))
    acme.receives(purchase("1001", customer="carol", at=2), purchase("1002", customer="dora", at=8))
    assert (customer_type(acme, "1001"), customer_type(acme, "1002")) == ("unknown", "new")


def test_without_a_history_day_nobody_is_new(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase("1001", customer="carol", at=2))
    assert customer_type(acme, "1001") == "unknown"


def test_a_visitor_is_no_customer_and_therefore_unknown(acme):
    acme.defines("purchase", primary=True)
    acme.sets_up(history_from=date(2026, 1, 1))
    acme.receives(purchase("1001", visitor="v1", at=2))
    assert customer_type(acme, "1001") == "unknown"
    acme.receives(identify("v1", "carol", at=9))
    assert customer_type(acme, "1001") == "new"


def test_an_earlier_order_that_arrives_late_makes_a_new_customer_returning(acme):
    acme.defines("purchase", primary=True)
    acme.sets_up(history_from=date(2026, 1, 1))
    acme.receives(purchase("1002", customer="carol", at=8))
    assert customer_type(acme, "1002") == "new"
    acme.receives(purchase("1001", customer="carol", at=2))
    assert (customer_type(acme, "1001"), customer_type(acme, "1002")) == ("new", "returning")


def test_two_reports_of_one_order_do_not_make_its_customer_returning(acme):
    acme.defines("purchase", primary=True)
    acme.sets_up(history_from=date(2026, 1, 1))
    acme.receives(
        purchase("1001", customer="carol", at=2), purchase("1001", customer="carol", at=3, source="billing")
    )
    assert customer_type(acme, "1001") == "new"


def test_a_history_day_that_is_told_later_changes_what_is_known_of_customers(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase("1001", customer="carol", at=2))
    acme.sets_up(history_from=date(2026, 1, 1))
    acme.works()
    assert customer_type(acme, "1001") == "new"
    assert acme.decisions("1001") == 2


def test_a_new_version_holds_from_its_day_on_and_changes_no_decision_before(acme):
    acme.defines("purchase", primary=True)
    for order, at in (("1001", 2), ("1002", 12)):
        acme.receives(
            alice.click(order, at=at - 1.5),
            bob.click(order, at=at - 1),
            purchase(order, visitor=order, at=at),
        )
    assert acme.decisions() == 2
    acme.defines("purchase", primary=True, effective_on=date(2026, 3, 12), model="first_touch")
    acme.works()
    assert (acme.shares("1001"), acme.order("1001").version) == ({"Bob": ALL}, 1)
    assert (acme.shares("1002"), acme.order("1002").version) == ({"Alice": ALL}, 2)
    assert (acme.decisions("1001"), acme.decisions("1002")) == (1, 2)


def test_a_version_takes_effect_at_midnight_of_the_programs_zone(acme):
    acme.defines("purchase", primary=True)
    acme.defines("purchase", primary=True, effective_on=date(2026, 3, 4), model="linear")
    midnight = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)  # in Berlin
    at = (midnight - day(0)) / timedelta(days=1)
    acme.receives(purchase("1001", visitor="v1", at=at - 1 / 86_400), purchase("1002", visitor="v2", at=at))
    assert (acme.order("1001").version, acme.order("1002").version) == (1, 2)


def test_a_version_with_another_dedupe_key_withdraws_the_conversions_that_are_none_any_more(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase("1001", customer="carol", at=12), purchase("1002", customer="carol", at=13))
    acme.defines("purchase", primary=True, effective_on=date(2026, 3, 12), dedupe="customer")
    acme.works()
    assert acme.orders() == {"customer:carol"}
    assert acme.order("1001").withdrawn
    assert acme.order("1001").credited is False
    assert acme.conversion("customer:carol").corroborating == 1


def test_a_conversion_is_withdrawn_also_when_its_subject_became_known_in_the_same_step(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase(None, visitor="v1", at=12))
    (before,) = acme.orders()
    acme.defines("purchase", primary=True, effective_on=date(2026, 3, 12), dedupe="customer")
    acme.receives(identify("v1", "carol", at=13))
    assert acme.orders() == {"visitor:v1"}
    assert acme.conversion(before).withdrawn


def test_an_amount_in_another_currency_waits_because_no_rate_is_known(acme):
    acme.defines("purchase", primary=True)
    acme.receives(purchase("1001", visitor="v1", at=1, currency="USD"))
    assert acme.waiting() == {"currency_no_rate": 1}
    assert acme.orders() == set()


def test_a_click_of_a_partner_nobody_knows_is_credited_after_set_up_and_replay_with_its_own_time_of_receipt(
    acme,
):
    acme.defines("purchase", primary=True)
    click = dana.click("v1", at=1)
    with time_machine.travel(day(1.5), tick=False):
        acme.receives(click, purchase("1001", visitor="v1", at=1.2))
    assert acme.waiting() == {"unknown_partner": 1}
    assert acme.shares("1001") == {}
    acme.sets_up(partners=[{"key": "dana", "name": "Dana", "kind": "creator"}])
    assert acme.replays().released == 1
    assert acme.waiting() == {}
    assert acme.shares("1001") == {"Dana": ALL}
    assert acme.event(click).received_at == day(1.5)


def test_the_same_key_with_another_body_is_kept_as_evidence_and_the_first_one_counts(acme):
    acme.defines("purchase", primary=True)
    first = purchase("1001", visitor="v1", at=1, key="order-1001")
    acme.receives(first)
    acme.receives(first.but(amount="8000.00"))
    assert acme.waiting() == {"duplicate_conflict": 1}
    assert acme.order("1001").value == "80.00 EUR"
    assert acme.order("1001").corroborating == 0
    assert acme.replays().released == 0
    assert acme.waiting() == {"duplicate_conflict": 1}


def test_what_arrives_twice_is_one_event_and_its_trace_counts_the_repeats(acme):
    acme.defines("purchase", primary=True)
    bought = purchase("1001", visitor="v1", at=1)
    acme.receives(bought)
    acme.receives(bought)
    traced = acme.opens(acme.order("1001").id)
    assert [receipt.repeats for receipt in traced.receipts] == [1]
    assert acme.decisions() == 1


def test_a_replay_reaches_what_lies_behind_receipts_that_now_wait_for_another_reason(acme, monkeypatch):
    from tallystick import journey
    from tallystick.tracking.events import services
    from tallystick.tracking.inbox.rules import Reason

    monkeypatch.setattr(services, "REPLAY_STEP", 2)
    acme.defines("purchase", primary=True)
    unknown = [dana.touch("click", at=n, visitor="v1", country="nowhere") for n in range(2)]
    acme.receives(*unknown, *[dana.click("v1", at=n) for n in range(3)])
    assert acme.waiting() == {"unknown_partner": 5}
    acme.sets_up(partners=[{"key": "dana", "name": "Dana", "kind": "creator"}])
    replayed = services.replay(acme.id, store=journey.inbox(), reasons=[Reason.UNKNOWN_PARTNER], by=TESTER)
    assert replayed.released == 3
    assert acme.waiting() == {"schema": 2}


@pytest.mark.parametrize("step", [1, 500])
def test_of_a_wrong_row_and_its_correction_only_one_counts_whichever_is_replayed_first(
    acme, monkeypatch, step
):
    from tallystick.tracking.events import services

    acme.defines("purchase", primary=True)
    wrong = purchase("1001", visitor="v1", at=1, key="order-1001", partner="dana")
    correction = acme.receipt(wrong.but(amount="90.00"))
    # The correction has the smaller id, as from a sender whose clock is late.
    for receipt in (acme.receipt(wrong), correction):
        journey.inbox().append([receipt])
        acme.works()
    assert acme.waiting() == {"unknown_partner": 2}
    acme.sets_up(partners=[{"key": "dana", "name": "Dana", "kind": "creator"}])
    monkeypatch.setattr(services, "REPLAY_STEP", step)
    replayed = acme.replays()
    assert acme.order("1001").corroborating == 0
    assert replayed.released == 1
    assert len(acme.opens(acme.order("1001").id).receipts) == 1


def test_the_clock_of_a_sender_may_run_five_minutes_ahead_and_no_more(acme):
    acme.defines("purchase", primary=True)
    with time_machine.travel(day(1), tick=False):
        acme.receives(
            purchase("1001", visitor="v1", at=1 + 5 / 1440), purchase("1002", visitor="v1", at=1 + 5.1 / 1440)
        )
    assert acme.orders() == {"order:1001"}
    assert acme.waiting() == {"schema": 1}


def test_a_trace_opens_the_whole_way_from_every_id_on_it(acme):
    acme.defines("purchase", primary=True)
    click, bought = alice.click("v1", at=1, placement="blog"), purchase("1001", visitor="v1", at=2)
    acme.receives(newsletter.click("v1", at=0), click, bought)
    order = acme.order("1001")
    whole = acme.opens(order.id)
    assert [step.origin for step in order.path] == ["Newsletter (house channel)", "Alice · Blog"]
    assert len(whole.receipts) == len(whole.events) == 3
    for text in (
        order.attribution,
        order.path[1].credit,
        order.evidence,
        ids.show("rcp", acme.event(click).receipt_id),
        ids.show("evt", acme.event(bought).id),
    ):
        assert [conversion.id for conversion in acme.opens(text).conversions] == [order.id], text


def test_another_brand_sees_nothing_of_it(acme, house):
    from tallystick.measurement.attribution.trace import NothingThere
    from tests.builders import Brand

    zoe = Brand("Zoe")
    acme.defines("purchase", primary=True)
    acme.receives(alice.click("v1", at=1), purchase("1001", visitor="v1", at=2))
    order = acme.order("1001")
    for text in (
        order.id,
        order.attribution,
        order.path[0].credit,
        order.path[0].event,
        order.path[0].receipt,
    ):
        with pytest.raises(NothingThere):
            zoe.opens(text)


def test_an_id_of_nothing_and_a_text_that_is_no_id_say_which_they_are(acme):
    from tallystick.measurement.attribution.trace import NothingThere

    for prefix in ("rcp", "evt", "cnv", "crd", "atr", "prt"):
        with pytest.raises(NothingThere, match="there is no"):
            acme.opens(ids.show(prefix, ids.new()))
    with pytest.raises(ids.BadId):
        acme.opens("1001")


def test_the_trace_of_a_receipt_in_quarantine_says_what_to_do(acme):
    acme.receives(
        mallory.click("v1", at=1, country="nowhere"), happens("purchase", at=1, visitor="v1", order="1")
    )
    from tallystick.foundation.scoping import brand_scope
    from tallystick.tracking.inbox.queries import waiting

    with brand_scope(acme.id):
        (row,) = waiting()
    (receipt,) = acme.opens(ids.show("rcp", row.receipt_id)).receipts
    assert receipt.waits == "schema: 'nowhere' is not a country"
    assert receipt.fix == "write two letters of ISO 3166, such as DE"
