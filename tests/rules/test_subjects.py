"""Whose conversion it is, and which touchpoints are that subject's."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tallystick.measurement.attribution.rules.credit import Source, Touch
from tallystick.measurement.attribution.rules.reasons import NoCredit
from tallystick.measurement.attribution.rules.subjects import Identities, Seen, Touchpoints, source_of
from tests.rules.test_evidence import BOUGHT, NOON, SHOP

ALICE = Source(partner_id=UUID(int=7))


def seen(number, *, visitor=None, customer=None, account=None, program=SHOP, barred=None):
    touch = Touch(UUID(int=number), NOON - timedelta(hours=number), "click", ALICE, barred=barred)
    return Seen(touch=touch, program_id=program, visitor=visitor, customer=customer, account=account)


def identities(*pairs, most=2):
    customers, visitors = {}, {}
    for visitor, customer in pairs:
        customers[visitor] = customers.get(visitor, frozenset()) | {customer}
        visitors[customer] = visitors.get(customer, frozenset()) | {visitor}
    return Identities(customers, visitors, most)


def candidates(event, known, *touches):
    found = Touchpoints(touches).candidates(event, known)
    return {touch.event_id.int: touch.barred for touch in found}


@pytest.mark.parametrize(
    ("changes", "pairs", "subject"),
    [
        ({}, [], "c:carol"),
        ({"customer": None}, [], "v:v1"),
        ({"customer": None}, [("v1", "dora")], "c:dora"),
        ({"customer": None}, [("v1", "dora"), ("v1", "erin")], "v:v1"),
        ({"customer": None, "visitor": None, "account": "initech"}, [], "a:initech"),
    ],
)
def test_the_subject_is_the_customer_where_one_is_known(changes, pairs, subject):
    assert identities(*pairs).subject_of(replace(BOUGHT, **changes)) == subject


def test_a_customers_touchpoints_are_its_own_and_those_of_all_its_visitors():
    event = replace(BOUGHT, visitor=None, account="initech")
    known = identities(("v1", "carol"), ("v2", "carol"), ("v3", "dora"))
    touches = [seen(1, visitor="v1"), seen(2, visitor="v2"), seen(3, visitor="v3"), seen(4, customer="carol")]
    touches += [
        seen(5, account="initech"),
        seen(6, customer="dora"),
        seen(7, visitor="v1", program=UUID(int=8)),
    ]
    assert candidates(event, known, *touches) == {1: None, 2: None, 4: None, 5: None}


def test_the_conversions_own_visitor_counts_without_any_identity():
    assert candidates(BOUGHT, identities(), seen(1, visitor="v1")) == {1: None}


def test_a_visitor_of_too_many_customers_links_to_none_of_them():
    known = identities(("kiosk", "carol"), ("kiosk", "dora"), ("kiosk", "erin"))
    assert candidates(BOUGHT, known, seen(1, visitor="kiosk")) == {}


def test_what_was_seen_of_the_conversions_own_shared_visitor_is_there_but_barred():
    known = identities(("v1", "carol"), ("v1", "dora"), ("v1", "erin"))
    found = candidates(BOUGHT, known, seen(1, visitor="v1"), seen(2, visitor="v1", barred=NoCredit.KNOWN_BOT))
    assert found == {1: NoCredit.VISITOR_SHARED_BY_TOO_MANY, 2: NoCredit.KNOWN_BOT}


def test_a_touch_that_names_the_customer_or_the_account_needs_no_visitor():
    known = identities(("v1", "carol"), ("v1", "dora"), ("v1", "erin"))
    event = replace(BOUGHT, account="initech")
    touches = [seen(1, visitor="v1", customer="carol"), seen(2, visitor="v1", account="initech")]
    touches += [seen(3, visitor="v1", customer="dora")]
    assert candidates(event, known, *touches) == {1: None, 2: None, 3: NoCredit.VISITOR_SHARED_BY_TOO_MANY}


def test_a_source_is_a_partner_or_a_house_channel():
    assert source_of(UUID(int=7), None) == ALICE
    assert source_of(None, UUID(int=8)).is_house
