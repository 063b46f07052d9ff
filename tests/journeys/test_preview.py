"""What a new version of a definition would change is told before it is published, by the rules that would credit it."""

from datetime import date, timedelta

import pytest

from tallystick.foundation.scoping import brand_scope
from tallystick.measurement.attribution import preview as module
from tallystick.measurement.attribution.models import Attribution, Credit, Revision
from tallystick.measurement.attribution.preview import preview
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.rules import CreditBy, DedupeKey, Meaning
from tests.builders import ALL, Happening, alice, bob, code, day, identify, newsletter, purchase, renewal
from tests.houses import MAX_CUSTOMERS

STORY: tuple[Happening, ...] = (
    identify("v1", "carol", at=0),
    alice.click("v1", at=1),
    newsletter.click("v1", at=2),
    bob.click("v1", at=3),
    purchase("1", visitor="v1", at=4),
    purchase("2", customer="carol", at=6),
    alice.click("v2", at=-30),
    bob.click("v2", at=7),
    code("ALICE10", visitor="v2", at=8),
    purchase("3", visitor="v2", at=9),
    purchase("4", visitor="v3", at=10),
    renewal("5", customer="carol", at=11),
    purchase("6", customer="carol", at=-200),
)


def looked_at(acme, meaning, *, key="sale", **asked):
    with brand_scope(acme.id):
        program = Program.objects.get(id=acme.program_id)
        return preview(
            program, key, meaning, **{"max_customers": MAX_CUSTOMERS, "now": day(20), "days": 90} | asked
        )


def shares_of(acme, key, *, since):
    """What was really credited: name → parts per billion, over the conversions of a definition that stand."""
    totals = {}
    for trace in acme.conversions(key):
        if trace.occurred_at >= since:
            for step in trace.path:
                name = step.origin.split(" · ")[0].removesuffix(" (house channel)")
                totals[name] = totals.get(name, 0) + step.share_ppb
    return {name: share for name, share in totals.items() if share}


def test_previewing_the_version_in_force_changes_nothing(acme):
    acme.defines("sale", primary=True, model="linear", effective_on=date(2020, 1, 1))
    acme.receives(*STORY)
    seen = looked_at(acme, Meaning(model="linear"))
    assert seen.differences == ()
    assert seen.conversions == (4, 4)
    assert seen.credited == (3, 3)
    assert all(effect.before_ppb == effect.after_ppb for effect in seen.effects)
    assert {effect.name: effect.after_ppb for effect in seen.effects} == shares_of(
        acme, "sale", since=day(-70)
    )


@pytest.mark.parametrize(
    "said",
    [
        {"model": "first_touch"},
        {"model": "code_wins", "house_channels_compete": False},
        {"windows": {"click": 60, "code_use": 1}},
        {"windows": {"click": 2}},
        {"dedupe": DedupeKey.CUSTOMER},
        {"events": ("purchase", "renewal"), "model": "position"},
    ],
    ids=str,
)
def test_a_preview_is_what_publishing_would_credit(acme, said):
    candidate = Meaning(**said)
    acme.defines("sale", primary=True, effective_on=date(2020, 1, 1))
    acme.defines("tried", effective_on=date(2020, 1, 1), **said)
    acme.receives(*STORY)
    seen = looked_at(acme, candidate)
    assert {e.name: e.before_ppb for e in seen.effects if e.before_ppb} == shares_of(
        acme, "sale", since=day(-70)
    )
    assert {e.name: e.after_ppb for e in seen.effects if e.after_ppb} == shares_of(
        acme, "tried", since=day(-70)
    )
    assert seen.conversions[1] == len([c for c in acme.conversions("tried") if c.occurred_at >= day(-70)])
    assert {each.field for each in seen.differences} == set(said)


def test_the_largest_change_stands_first(acme):
    acme.defines("sale", primary=True, effective_on=date(2020, 1, 1))
    acme.receives(*STORY)
    seen = looked_at(acme, Meaning(model="first_touch"))
    changes = [abs(effect.after_ppb - effect.before_ppb) for effect in seen.effects]
    assert changes == sorted(changes, reverse=True)
    assert changes[0] > 0


def test_a_definition_that_is_new_has_nothing_before(acme):
    acme.receives(*STORY)
    seen = looked_at(acme, Meaning(), key="brand-new")
    assert seen.before is None
    assert seen.conversions == (0, 4)
    assert all(effect.before_ppb == 0 for effect in seen.effects)
    assert {each.before for each in seen.differences} == {None}


def test_a_pause_counts_in_a_preview_as_it_does_in_life(acme):
    acme.defines("sale", primary=True, effective_on=date(2020, 1, 1))
    acme.takes("end", bob, at=0)
    acme.receives(*STORY)
    seen = looked_at(acme, Meaning(model="linear"))
    assert "Bob" not in {effect.name for effect in seen.effects}


def test_renewals_are_previewed_by_the_binding_of_the_definition_that_makes_it(acme):
    acme.defines("sale", primary=True, effective_on=date(2020, 1, 1), binds=True)
    acme.defines("renewal", events=["renewal"], credit_by="binding", effective_on=date(2020, 1, 1))
    acme.receives(*STORY)
    same = Meaning(events=("renewal",), credit_by=CreditBy.BINDING)
    seen = looked_at(acme, same, key="renewal")
    assert seen.conversions == (1, 1)
    assert [(e.name, e.before_ppb, e.after_ppb) for e in seen.effects] == [("Bob", ALL, ALL)]
    by_path = looked_at(acme, Meaning(events=("renewal",)), key="renewal")
    assert by_path.credited == (1, 1)


def test_more_outcomes_than_the_limit_are_cut_and_the_preview_says_from_when(acme, monkeypatch):
    monkeypatch.setattr(module, "MOST_OUTCOMES", 3)
    acme.defines("sale", primary=True, effective_on=date(2020, 1, 1))
    acme.receives(*STORY)
    seen = looked_at(acme, Meaning())
    assert seen.is_cut
    assert seen.outcomes == 3
    assert seen.since == day(9)
    assert seen.conversions == (2, 2)
    assert not looked_at(acme, Meaning(), days=3, now=day(9.5)).is_cut


def test_a_preview_writes_nothing(acme):
    acme.defines("sale", primary=True, effective_on=date(2020, 1, 1))
    acme.receives(*STORY)
    with brand_scope(acme.id):
        before = [model.objects.count() for model in (Attribution, Credit, Revision)]
    looked_at(acme, Meaning(model="first_touch"), days=int(timedelta(days=400).days))
    with brand_scope(acme.id):
        assert [model.objects.count() for model in (Attribution, Credit, Revision)] == before
