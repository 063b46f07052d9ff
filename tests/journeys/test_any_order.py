"""Whatever the order and the batches of arrival, and however often: the same decisions, with the same ids."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tallystick import journey
from tallystick.foundation.models import Cursor
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.shares import PPB
from tallystick.measurement.attribution.models import Attribution, Binding, Credit, Revision
from tests.builders import (
    ROBOT,
    Brand,
    Happening,
    Promoter,
    alice,
    bob,
    code,
    happens,
    identify,
    mallory,
    move_in,
    newsletter,
    purchase,
    renewal,
    set_up_rows,
)
from tests.houses import House

VISITORS = ("v1", "v2", "v3")
CUSTOMERS = ("c1", "c2", "c3", "c4", "c5")
PROMOTERS = (alice, bob, mallory, newsletter)
CODES = ("ALICE10", "BOB5")
MODELS = ("last_touch", "linear", "position", "time_decay", "last_non_coupon", "code_wins")

# Half days, so that many things happen at one instant and ids must break the ties.
times = st.integers(0, 80).map(lambda half: half / 2)
visitors = st.sampled_from(VISITORS)
customers = st.sampled_from(CUSTOMERS)
somebody = st.one_of(
    st.fixed_dictionaries({"visitor": visitors}),
    st.fixed_dictionaries({"customer": customers}),
    st.fixed_dictionaries({"visitor": visitors, "customer": customers}),
    st.fixed_dictionaries({"account": st.just("initech"), "visitor": visitors}),
)
agents = st.sampled_from((None, None, None, ROBOT))


@st.composite
def happening(draw: st.DrawFn) -> Happening:
    who, at = draw(somebody), draw(times)
    kind = draw(
        st.sampled_from(("click", "click", "code", "identify", "purchase", "purchase", "renewal", "past"))
    )
    if kind == "click":
        promoter = draw(st.sampled_from(PROMOTERS))
        click = promoter.touch("click", at=at, user_agent=draw(agents), **who)
        return replace(click, key=None) if draw(st.booleans()) else click
    if kind == "code":
        return code(draw(st.sampled_from(CODES)), at=at, **who)
    if kind == "identify":
        return identify(draw(visitors), draw(customers), at=at)
    if kind == "past":
        customer, promoter = draw(customers), draw(st.sampled_from((alice, bob, mallory)))
        tie = promoter.touch("customer_binding", at=at, customer=customer)
        return draw(st.sampled_from((tie, happens("past_order", at=at, customer=customer, order="1001"))))
    order = draw(st.sampled_from(("1001", "1002", "1003", "1004", "1005")))
    if kind == "renewal":
        return renewal(order, at=at, **who)
    source = draw(st.sampled_from(("events", "billing", "pixel")))
    return purchase(draw(st.sampled_from((order, order, None))), at=at, source=source, **who)


worlds = st.lists(
    happening(), min_size=3, max_size=22, unique_by=lambda one: (one.source, one.dedupe_key, one.id)
)


def defined_brand(model: str) -> Brand:
    """Acme with a definition that changes in the middle of the story, a binding, and a second definition."""
    acme = Brand("Acme", history_from=date(2026, 3, 10))
    standing: dict[str, Any] = {
        "binds": True,
        "binding_days": 30,
        "break_after_days": 12,
        "sources": ["billing", "events"],
    }
    acme.defines("purchase", primary=True, model=model, windows={"click": 10, "code_use": 20}, **standing)
    acme.defines(
        "purchase",
        primary=True,
        effective_on=date(2026, 3, 20),
        model="linear",
        house_channels_compete=False,
        dedupe="customer",
        **standing,
    )
    acme.defines(
        "renewal", events=["renewal"], credit_by="binding", windows={"click": 15}, break_after_days=15
    )
    acme.defines("signed", events=["purchase", "renewal"], dedupe="event", model="first_touch")
    return acme


def in_order(acme: Brand, world: Sequence[Happening]) -> None:
    acme.gets(*world)
    acme.credits()


def in_disorder(seed: int) -> Callable[[Brand, Sequence[Happening]], None]:
    """Shuffled, some of it twice, in batches of any size, with the stages running or lagging in between."""

    def arrive(acme: Brand, world: Sequence[Happening]) -> None:
        chance = random.Random(seed)
        again = [one for one in world if one.key is not None and chance.random() < 0.3]
        arriving = [*world, *again]
        chance.shuffle(arriving)
        while arriving:
            size = chance.randint(1, 6)
            acme.gets(*arriving[:size])
            del arriving[:size]
            chance.choice([lambda **_: None, acme.records, acme.credits, acme.credits])(
                limit=chance.randint(1, 4)
            )
        acme.credits()

    return arrive


def lived(house: House, acme: Brand, arrive: Callable[[], None]) -> dict[str, Any]:
    with house.entered():
        arrive()
        return acme.standing()


@pytest.fixture(autouse=True)
def _may_commit(django_db_blocker):
    with django_db_blocker.unblock():
        yield


quick = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@quick
@given(world=worlds, model=st.sampled_from(MODELS), seed=st.integers(0, 2**32))
def test_any_order_batching_and_repetition_of_arrival_ends_in_the_same_decisions(twins, world, model, seed):
    here, there = twins
    with here.entered():
        acme = defined_brand(model)
        rows = set_up_rows(acme)
        in_order(acme, world)
        first = acme.standing()
    with there.entered():
        move_in(acme, rows)
        in_disorder(seed)(acme, world)
        second = acme.standing()
    assert first == second


@pytest.mark.one_database
@quick
@given(world=worlds, model=st.sampled_from(MODELS), seed=st.integers(0, 2**32))
def test_credited_shares_are_whole_each_other_touch_has_a_reason_and_crediting_again_writes_nothing(
    twins, world, model, seed
):
    with twins[0].entered():
        acme = defined_brand(model)
        in_disorder(seed)(acme, world)
        with brand_scope(acme.id):
            shares: dict[Any, int] = defaultdict(int)
            for credit in Credit.objects.all():
                shares[credit.attribution_id] += credit.share_ppb
                assert bool(credit.share_ppb) is not bool(credit.reason)
            for decision in Attribution.objects.all():
                assert shares[decision.id] == (PPB if decision.credited else 0)
                assert decision.credited is not bool(decision.reason)
            before = written()
            Cursor.objects.filter(name="attribution").delete()
        acme.credits()
        with brand_scope(acme.id):
            assert written() == before


turning = st.dictionaries(
    st.sampled_from((alice, bob, mallory)), st.lists(times, min_size=1, max_size=4, unique=True), min_size=1
)


def turns_of(turning: dict[Promoter, list[float]]) -> list[tuple[float, str, Promoter]]:
    """Pauses and resumptions, one after the other, in the order of time."""
    return sorted(
        (
            (at, ("pause", "resume")[place % 2], promoter)
            for promoter, all_at in turning.items()
            for place, at in enumerate(sorted(all_at))
        ),
        key=lambda turn: turn[0],
    )


@pytest.mark.one_database
@quick
@given(world=worlds, turning=turning, model=st.sampled_from(MODELS), seed=st.integers(0, 2**32))
def test_whether_a_pause_is_written_before_between_or_after_what_it_judges_the_decisions_are_the_same(
    twins, world, turning, model, seed
):
    here, there = twins
    with here.entered():
        acme = defined_brand(model)
        rows = set_up_rows(acme)
        for at, verb, promoter in turns_of(turning):
            acme.takes(verb, promoter, at=at)
        in_order(acme, world)
        first = acme.standing()
    with there.entered():
        move_in(acme, rows)
        chance, left = random.Random(seed), turns_of(turning)
        arriving = chance.sample(world, len(world))
        while arriving or left:
            if left and (not arriving or chance.random() < 0.2):
                at, verb, promoter = left.pop(0)
                acme.takes(verb, promoter, at=at)
            else:
                acme.gets(arriving.pop())
            if chance.random() < 0.6:
                acme.credits(limit=chance.randint(1, 4))
        acme.credits()
        second = acme.standing()
    assert first == second


def written() -> list[int]:
    return [model.objects.count() for model in (Attribution, Credit, Revision, Binding)]


@quick
@given(world=worlds, seed=st.integers(0, 2**32))
def test_the_receipts_alone_make_the_same_rows_in_a_database_that_has_nothing_else(twins, world, seed):
    here, there = twins
    with here.entered():
        acme = defined_brand("position")
        rows = set_up_rows(acme)
        in_disorder(seed)(acme, world)
        receipts = [stored.receipt for stored in journey.inbox().read(acme.id, None, 1_000).receipts]
        first = acme.standing()
    with there.entered():
        move_in(acme, rows)
        journey.inbox().append(receipts)
        acme.credits()
        assert acme.standing() == first
