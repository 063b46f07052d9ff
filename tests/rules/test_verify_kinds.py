"""What each kind of event must say, and what becomes of names that nobody knows."""

import json
from uuid import UUID

import pytest

from tallystick.kit import kinds
from tallystick.partners.partnerships.rules import Directory, Origin, ProgramFacts
from tallystick.tracking.claims.rules import Rejected, origin_claimed
from tallystick.tracking.events.rules import verify
from tallystick.tracking.events.wire import EventBody
from tests.house.sources import ROOT
from tests.rules.test_verify import ALICE, DIRECTORY, RECEIVED, SHOP

BLNS = ROOT.parent / "shared" / "fixtures" / "blns" / "blns.json"


def verified(kind, programs=SHOP, **fields):
    claim = EventBody(**{"kind": kind, "occurred_at": "2026-11-20T11:00:00Z"} | fields)
    return verify(claim, programs=programs, received_at=RECEIVED)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("refund", {"order": "1001", "amount": "5.00"}),
        ("chargeback", {"customer": "carol", "amount": "5.00"}),
        ("cancellation", {"order": "1001"}),
        ("cancellation", {"order": "1001", "amount": "5.00"}),
        ("past_order", {"customer": "carol", "amount": "0.00"}),
        ("customer_binding", {"customer": "carol", "partner": "alice"}),
        ("customer_binding", {"customer": "carol", "code": "ten"}),
        ("stage_change", {"order": "opp-1", "attributes": {"stage": "won"}}),
        ("stage_change", {"account": "acme", "attributes": {"stage": "won"}}),
        ("ticket", {"customer": "carol", "attributes": {"priority": "high"}}),
        ("survey_answer", {"customer": "carol", "attributes": {"answer": "a friend"}}),
        ("survey_answer", {"customer": "carol", "attributes": {"score": "9"}}),
        ("review", {"customer": "carol", "attributes": {"rating": "4.5"}}),
        ("purchase", {"visitor": "v1"}),
    ],
)
def test_an_event_that_says_what_its_kind_asks_for_holds(kind, fields):
    assert verified(kind, **fields).kind == kind


@pytest.mark.parametrize(
    ("kind", "fields", "column"),
    [
        ("refund", {"visitor": "v1", "amount": "5.00"}, "order"),
        ("refund", {"order": "1001"}, "amount"),
        ("refund", {"order": "1001", "amount": "-5.00"}, "amount"),
        ("refund", {"order": "1001", "amount": "0.00"}, "amount"),
        ("chargeback", {"order": "1001"}, "amount"),
        ("cancellation", {"account": "acme"}, "order"),
        ("cancellation", {"order": "1001", "amount": "(5.00)"}, "amount"),
        ("past_order", {"visitor": "v1"}, "customer"),
        ("past_order", {"customer": "carol", "amount": "-1"}, "amount"),
        ("customer_binding", {"visitor": "v1", "partner": "alice"}, "customer"),
        ("customer_binding", {"customer": "carol", "channel": "mail"}, "channel"),
        ("stage_change", {"visitor": "v1", "attributes": {"stage": "won"}}, "order"),
        ("stage_change", {"order": "opp-1"}, "attributes.stage"),
        ("survey_answer", {"customer": "carol"}, "attributes.score"),
        ("survey_answer", {"customer": "carol", "attributes": {"score": "1e999"}}, "attributes.score"),
        ("survey_answer", {"customer": "carol", "attributes": {"score": "NaN"}}, "attributes.score"),
        ("review", {"customer": "carol", "attributes": {"stars": "5"}}, "attributes.rating"),
        ("review", {"customer": "carol", "attributes": {"rating": "five"}}, "attributes.rating"),
        ("ticket", {}, "visitor"),
    ],
)
def test_an_event_that_does_not_is_refused_with_its_place_and_advice(kind, fields, column):
    with pytest.raises(Rejected) as refused:
        verified(kind, **fields)
    assert (refused.value.reason, refused.value.column) == ("schema", column)
    assert refused.value.fix


def test_a_binding_without_a_partner_waits_for_one():
    with pytest.raises(Rejected, match="must say whose it is") as refused:
        verified("customer_binding", customer="carol")
    assert refused.value.reason == "unknown_partner"


def test_scores_are_numbers_with_a_point():
    answer = EventBody(
        kind="survey_answer",
        occurred_at="2026-11-20T11:00:00Z",
        customer="carol",
        attributes={"score": "8,50", "question": "1,2 or 3?"},
    )
    draft = verify(answer, programs=SHOP, received_at=RECEIVED, decimal=",")
    assert draft.attributes == {"score": "8.50", "question": "1,2 or 3?"}


def chosen(role, name, to):
    return {"shop": ProgramFacts("shop", "EUR", DIRECTORY, {(role, name): to})}


def test_a_name_that_somebody_explained_is_whose_they_said():
    programs = chosen("partner", "A17", Origin(ALICE))
    assert verified("click", programs, visitor="v1", partner="A17").origin == Origin(ALICE)
    assert verified("customer_binding", programs, customer="c", partner="A17").origin == Origin(ALICE)


def test_a_code_is_chosen_for_in_any_letter_case():
    assert verified(
        "code_use", chosen("code", "SUMMER", Origin(ALICE)), visitor="v", code=" Summer"
    ).origin == Origin(ALICE)


@pytest.mark.parametrize("kind", [*kinds.TOUCHPOINTS, "customer_binding"])
def test_a_name_that_counts_for_nothing_makes_no_touchpoint_and_no_binding(kind):
    assert verified(kind, chosen("partner", "A17", None), customer="carol", partner="A17") is None


def test_other_events_of_such_a_name_lose_their_origin():
    draft = verified(
        "purchase", chosen("partner", "A17", None), customer="carol", partner="A17", amount="5.00"
    )
    assert (draft.origin, draft.amount_minor) == (Origin(), 500)


@pytest.mark.parametrize(
    ("names", "role", "value"),
    [
        ({"partner": "A17"}, "partner", "A17"),
        ({"partner": "alice", "placement": "roof"}, "placement", "alice/roof"),
        ({"link": "zz", "partner": "alice"}, "link", "zz"),
        ({"code": " summer"}, "code", "SUMMER"),
        ({"channel": "radio"}, "channel", "radio"),
    ],
)
def test_a_name_that_nobody_knows_says_what_it_is_and_in_which_program(names, role, value):
    with pytest.raises(Rejected) as refused:
        origin_claimed(
            ProgramFacts("shop", "EUR", Directory(UUID(int=9), partners={"alice": Origin(ALICE)})), **names
        )
    found = refused.value
    assert (found.reason, found.program, found.unknown, found.value) == (
        "unknown_partner",
        "shop",
        role,
        value,
    )


@pytest.mark.skipif(not BLNS.exists(), reason="the shared fixtures are not here")
def test_naughty_texts_are_kept_as_they_are_or_refused_with_their_place():
    kept = 0
    for text in json.loads(BLNS.read_text(encoding="utf-8")):
        for field in ({"customer": text or "c"}, {"customer": "c", "attributes": {"note": text}}):
            try:
                draft = verified("purchase", **field)
            except Rejected as rejected:
                assert rejected.column in ("customer", "attributes.note"), text  # noqa: PT017 - the place is told
            else:
                kept += 1
                assert {draft.customer, draft.attributes.get("note", draft.customer)} >= {field["customer"]}
        with pytest.raises(Rejected):
            verified("click", visitor="v", partner=text)
    assert kept > 900
