"""The whole decision about conversions, from everything that is known: asked in any order it is the same."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit import ids
from tallystick.kit.shares import PPB
from tallystick.measurement.attribution.rules.outcomes import (
    NO_BINDING,
    NO_TOUCHPOINT,
    NONE_ELIGIBLE,
    Known,
    evidence_by_conversion,
    outcomes,
)
from tallystick.measurement.attribution.rules.subjects import Touchpoints
from tallystick.partners.programs.rules import CreditBy, Meaning
from tests.rules.test_evidence import BOUGHT, SHOP, a_version
from tests.rules.test_subjects import identities, seen

RENEWED = replace(
    BOUGHT,
    event_id=UUID(int=2),
    kind="renewal",
    order="r1",
    visitor=None,
    occurred_at=BOUGHT.occurred_at + timedelta(days=30),
)
BINDS = a_version(Meaning(binds=True))
FOLLOWS = a_version(Meaning(events=("renewal",), credit_by=CreditBy.BINDING), definition=2)


def decide(evidence, touches=(), *, versions=(BINDS,), known=None, history=None):
    """The outcomes by order, and the ties."""
    everything = Known(
        evidence=evidence,
        touchpoints=Touchpoints(touches),
        identities=known or identities(),
        versions=versions,
        history={SHOP: history},
    )
    keys = evidence_by_conversion(everything)
    decided, ties = outcomes(everything, ids={key: ids.derive(str(key)) for key in keys})
    return {outcome.evidence.order: outcome for outcome in decided.values()}, ties


def test_a_credited_outcome_says_everything_that_was_decided():
    decided, _ = decide([BOUGHT], [seen(1, visitor="v1"), seen(2, visitor="v1")])
    outcome = decided["1001"]
    assert [(share.event_id.int, share.share_ppb, share.reason) for share in outcome.shares] == [
        (2, 0, "not_last"),
        (1, PPB, ""),
    ]
    assert (outcome.subject, outcome.via, outcome.reason, outcome.credited) == ("c:carol", "path", "", True)


def test_nobody_is_credited_for_one_of_two_reasons():
    assert decide([BOUGHT])[0]["1001"].reason == NO_TOUCHPOINT
    house_only = a_version(Meaning(windows={"impression": 3}))
    assert decide([BOUGHT], [seen(1, visitor="v1")], versions=[house_only])[0]["1001"].reason == NONE_ELIGIBLE


def test_a_customer_is_judged_by_earlier_orders_and_the_history_day():
    later = replace(
        BOUGHT, event_id=UUID(int=5), order="1002", occurred_at=BOUGHT.occurred_at + timedelta(days=1)
    )
    decided, _ = decide([BOUGHT, later], history=date(2026, 1, 1))
    assert {order: outcome.customer_type for order, outcome in decided.items()} == {
        "1001": "new",
        "1002": "returning",
    }
    assert decide([BOUGHT])[0]["1001"].customer_type == "unknown"


def test_an_order_that_does_not_count_makes_nobody_returning():
    robots = replace(
        BOUGHT, event_id=UUID(int=5), order="0", counts=False, occurred_at=BOUGHT.occurred_at - timedelta(1)
    )
    assert decide([robots, BOUGHT], history=date(2026, 1, 1))[0]["1001"].customer_type == "new"


def test_a_renewal_repeats_the_shares_of_the_conversion_that_bound_its_customer():
    decided, (tie,) = decide([RENEWED, BOUGHT], [seen(1, visitor="v1")], versions=[BINDS, FOLLOWS])
    assert decided["r1"].via == "binding"
    assert [(share.event_id.int, share.share_ppb) for share in decided["r1"].shares] == [(1, PPB)]
    assert (tie.customer, tie.binding.conversion_id) == ("carol", decided["1001"].conversion_id)


def test_a_renewal_of_somebody_without_a_tie_is_credited_to_nobody():
    decided, ties = decide([RENEWED], versions=[BINDS, FOLLOWS])
    assert (decided["r1"].reason, ties) == (NO_BINDING, [])
    nameless = replace(RENEWED, customer=None, visitor="v9")
    assert decide([nameless], versions=[FOLLOWS])[0]["r1"].reason == NO_BINDING


@given(st.randoms())
def test_the_order_of_what_is_known_changes_no_decision(chance):
    evidence = [
        replace(
            BOUGHT,
            event_id=UUID(int=100 + n),
            order=f"{n % 4}",
            source=("billing", "pixel")[n % 2],
            occurred_at=BOUGHT.occurred_at + timedelta(hours=n // 2),
            customer=("carol", None)[n % 3 == 0],
        )
        for n in range(8)
    ]
    evidence.append(RENEWED)
    touches = [seen(n, visitor="v1") for n in range(1, 5)]
    known = identities(("v1", "carol"), ("v1", "dora"))
    straight = decide(evidence, touches, versions=[BINDS, FOLLOWS], known=known)
    shuffled = chance.sample(evidence, len(evidence)), chance.sample(touches, len(touches))
    assert decide(*shuffled, versions=[FOLLOWS, BINDS], known=known) == straight
