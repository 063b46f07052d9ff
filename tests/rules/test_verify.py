"""From what somebody claims to a fact: what is checked, and what a refusal says."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import msgspec
import pytest

from tallystick.partners.partnerships.rules import Directory, Origin, ProgramFacts
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.rules import verify
from tallystick.tracking.events.wire import EventBody

RECEIVED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALICE, BLOG, LINK, CODE, MAIL = (UUID(int=n) for n in range(1, 6))
DIRECTORY = Directory(
    program_id=UUID(int=9),
    partners={"alice": Origin(ALICE)},
    placements={("alice", "blog"): Origin(ALICE, BLOG)},
    links={"a1": Origin(ALICE, BLOG, link_id=LINK)},
    codes={"TEN": Origin(ALICE, code_id=CODE)},
    channels={"mail": Origin(channel_id=MAIL)},
)
SHOP = {"shop": ProgramFacts("shop", "EUR", DIRECTORY)}


def claim(**fields):
    return EventBody(**{"kind": "purchase", "occurred_at": "2026-11-20T11:00:00Z", "visitor": "v1"} | fields)


def verified(**fields):
    return verify(claim(**fields), programs=SHOP, received_at=RECEIVED)


def test_a_claim_that_holds_becomes_a_draft():
    draft = verified(amount="12.50", country="de", device="mobile", attributes={"plan": "pro"})
    assert (draft.amount_minor, draft.currency, draft.country, draft.device) == (1250, "EUR", "DE", "mobile")
    assert draft.occurred_at == datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert (draft.program_id, draft.label, draft.visitor_type) == (UUID(int=9), "valid", "unknown")
    assert draft.attributes == {"plan": "pro"}


def test_every_time_is_kept_in_utc():
    draft = verified(occurred_at="2026-11-20T12:30:00+05:45")
    assert draft.occurred_at.isoformat() == "2026-11-20T06:45:00+00:00"


@pytest.mark.parametrize(
    ("fields", "origin"),
    [
        ({"partner": "alice"}, Origin(ALICE)),
        ({"partner": "alice", "placement": "blog"}, Origin(ALICE, BLOG)),
        ({"link": "a1", "partner": "nobody"}, Origin(ALICE, BLOG, link_id=LINK)),
        ({"code": " ten ", "link": "a1"}, Origin(ALICE, code_id=CODE)),
        ({"channel": "mail"}, Origin(channel_id=MAIL)),
        ({}, Origin()),
    ],
)
def test_the_most_particular_key_says_where_it_came_from(fields, origin):
    assert verified(**fields).origin == origin


@pytest.mark.parametrize(
    ("fields", "reason", "column"),
    [
        ({"program": "other"}, "unknown_program", "program"),
        ({"kind": "gift"}, "schema", "kind"),
        ({"visitor": None}, "schema", "visitor"),
        ({"visitor": "v" * 201}, "schema", "visitor"),
        ({"customer": "a\0b"}, "schema", "customer"),
        ({"order": "o" * 201}, "schema", "order"),
        ({"device": "d" * 41}, "schema", "device"),
        ({"occurred_at": "yesterday"}, "schema", "occurred_at"),
        ({"occurred_at": "2026-11-20T11:00:00"}, "schema", "occurred_at"),
        ({"occurred_at": "2026-11-20T12:05:01Z"}, "schema", "occurred_at"),
        ({"occurred_at": "1899-12-30T00:00:00Z"}, "schema", "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "schema", "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "schema", "occurred_at"),
        ({"amount": "12,50"}, "schema", "amount"),
        ({"amount": "9" * 19}, "schema", "amount"),
        ({"amount": "1", "currency": "USD"}, "currency_no_rate", "currency"),
        ({"amount": "1", "currency": "euro"}, "schema", "currency"),
        ({"country": "Germany"}, "schema", "country"),
        ({"visitor_type": "shy"}, "schema", "visitor_type"),
        ({"partner": "dana"}, "unknown_partner", "partner"),
        ({"partner": "alice", "placement": "roof"}, "unknown_partner", "placement"),
        ({"link": "zz"}, "unknown_partner", "link"),
        ({"code": "zz"}, "unknown_partner", "code"),
        ({"channel": "zz"}, "unknown_partner", "channel"),
        ({"code": "z" * 301}, "schema", "code"),
        ({"amount": "1", "currency": "XXX"}, "schema", "currency"),
        ({"amount": "1 USD"}, "schema", "amount"),
        ({"amount": "1e999"}, "schema", "amount"),
        ({"amount": "NaN"}, "schema", "amount"),
        ({"amount": "-Infinity"}, "schema", "amount"),
        ({"amount": "\u22125.00"}, "schema", "amount"),
        ({"amount": "(5.00)"}, "schema", "amount"),
        ({"kind": "click"}, "unknown_partner", "partner"),
        ({"attributes": {str(n): "" for n in range(51)}}, "schema", "attributes"),
        ({"attributes": {"a": "\0"}}, "schema", "attributes.a"),
        ({"attributes": {"a\0": ""}}, "schema", "attributes"),
        ({"attributes": {"a": "x" * 1_001}}, "schema", "attributes.a"),
    ],
)
def test_a_claim_that_does_not_hold_is_refused_with_reason_place_and_advice(fields, reason, column):
    with pytest.raises(Rejected) as refused:
        verified(**fields)
    assert (refused.value.reason, refused.value.column) == (reason, column)
    assert refused.value.detail
    assert refused.value.fix


def test_five_minutes_ahead_are_a_clock_and_not_a_mistake():
    assert verified(occurred_at="2026-11-20T12:05:00Z").occurred_at == RECEIVED + timedelta(minutes=5)


def test_a_brand_with_one_program_need_not_name_it_and_with_two_must():
    assert verified(program=None).program_id == UUID(int=9)
    two = {**SHOP, "club": ProgramFacts("club", "USD", Directory(UUID(int=8)))}
    with pytest.raises(Rejected, match="names no program") as refused:
        verify(claim(), programs=two, received_at=RECEIVED)
    assert "club, shop" in refused.value.fix


def test_a_robot_that_names_itself_is_labelled_and_kept():
    assert verified(user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)").label == "known_bot"
    assert (
        verified(user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" + "x" * 10_000).label == "valid"
    )


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari", "mobile"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile Safari", "mobile"),
        ("Mozilla/5.0 (Linux; Android 15; SM-X900) Safari", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0)", "tablet"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "desktop"),
        (None, None),
    ],
)
def test_the_device_is_told_by_the_user_agent_unless_it_is_given(agent, device):
    assert verified(user_agent=agent).device == device
    assert verified(user_agent=agent, device="tv").device == "tv"


def test_a_decimal_comma_is_a_matter_of_the_mapping():
    assert (
        verify(claim(amount="1.234,50"), programs=SHOP, received_at=RECEIVED, decimal=",").amount_minor
        == 123450
    )


def test_a_claim_with_an_unknown_field_is_none():
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.json.decode(b'{"kind": "click", "occurred_at": "", "colour": "red"}', type=EventBody)


def test_a_draft_cannot_be_changed_by_the_attributes_it_was_made_from():
    assert verified().attributes == MappingProxyType({})
