"""Maker is not checker: what one person proposes happens when another approves it, once, and as it was proposed."""

import threading
from functools import partial

import pytest
from django.db import IntegrityError, connections, transaction

from tallystick.doors.wording import sentence
from tallystick.foundation.audit.acts import Actor, ActorKind, Subject
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.errors import Foreseen
from tallystick.partners.accounts.models import Proposal, ProposalState
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services import proposals
from tallystick.partners.accounts.services.keys import make_key
from tallystick.partners.accounts.services.proposals import (
    Changed,
    Decided,
    MayNotDecide,
    NotAPerson,
    NotTheMaker,
    SamePerson,
    TooManyWait,
    approve,
    decline,
    digest_of,
    on_approval,
    propose,
    withdraw_proposal,
)
from tallystick.partners.accounts.services.seats import give_seat
from tallystick.partners.partnerships.models import Partner
from tests.modules.accounts_cast import Company, acme, acting, announced, last_line
from tests.people import TESTER

__all__ = ["acme"]

in_one_transaction = pytest.mark.django_db
RULE = Actor(ActorKind.RULE, "a rule")


def rename(proposal: Proposal, _by: Actor) -> None:
    """What an approval does in these tests: a partner gets another name."""
    if proposal.payload["name"] == "refused":
        raise NameRefused("That name is refused.")
    Partner.objects.filter(key="alice").update(name=proposal.payload["name"])


class NameRefused(Foreseen):
    """What a kind may find only when it is done."""


@pytest.fixture(autouse=True)
def rename_needs_two(monkeypatch):
    monkeypatch.setattr(proposals, "KINDS", {})
    on_approval("rename", right="partners.change", run=rename)


@pytest.fixture
def ann(acme):
    return acme.has("Ann", Role.OWNER)


@pytest.fixture
def otto(acme):
    return acme.has("Otto", Role.OWNER)


def proposed(company: Company, *, by: Actor, name: str = "Alice’s Blog") -> Proposal:
    subject = Subject("prt", company.alice.id, "Alice")
    return propose(kind="rename", subject=subject, says=f"Call Alice “{name}”", payload={"name": name}, by=by)


def name_now() -> str:
    return Partner.objects.get(key="alice").name


@in_one_transaction
def test_a_proposal_does_nothing_until_another_approves_it(acme, ann, otto):
    waits = proposed(acme, by=acting(ann))
    assert name_now() == "Alice"
    done = approve(waits, seen=waits.digest, reason="agreed by phone", by=acting(otto))
    assert name_now() == "Alice’s Blog"
    assert (done.state, done.proposed_by, done.decided_by, done.reason) == (
        "approved",
        "Ann",
        "Otto",
        "agreed by phone",
    )
    line = last_line()
    assert (line.act, line.actor_name, line.reason) == ("proposal.approved", "Otto", "agreed by phone")
    assert line.changes["digest"] == [None, waits.digest]
    assert announced() == ["proposal.opened", "proposal.approved"]


@in_one_transaction
def test_the_maker_is_refused_with_every_seat_and_every_key(acme, ann):
    for role in (Role.MANAGER, Role.COMPLIANCE):
        give_seat(user=ann, role=role, by=TESTER)
    key, _ = make_key(name="Ann’s program", scopes=["partners.change"], by=acting(ann))
    program = Actor(ActorKind.API_KEY, key.name, key.id)
    for maker in (acting(ann), program):
        waits = proposed(acme, by=maker)
        for checker in (acting(ann), program, Actor(ActorKind.PERSON, "Another name", ann.id)):
            for act in (approve_as_seen, decline_as_seen):
                with pytest.raises(SamePerson) as refused:
                    act(waits, checker)
                assert sentence(refused.value) == "You proposed this yourself. Another person has to decide."
    assert name_now() == "Alice"


@in_one_transaction
def test_a_key_that_another_person_made_is_that_person(acme, ann, otto):
    key, _ = make_key(name="Otto’s program", scopes=["partners.change"], by=acting(otto))
    program = Actor(ActorKind.API_KEY, key.name, key.id)
    waits = proposed(acme, by=program)
    with pytest.raises(SamePerson):
        approve_as_seen(waits, acting(otto))
    approve_as_seen(waits, acting(ann))


@in_one_transaction
@pytest.mark.parametrize("by", [TESTER, RULE])
def test_a_command_or_a_rule_is_nobody_who_can_be_told_apart(acme, ann, by):
    with pytest.raises(NotAPerson, match="two people"):
        proposed(acme, by=by)
    waits = proposed(acme, by=acting(ann))
    for act in (approve_as_seen, decline_as_seen, lambda p, by: withdraw_proposal(p, by=by)):
        with pytest.raises(NotAPerson):
            act(waits, by)
    key, _ = make_key(name="Made by a command", scopes=["partners.change"], by=TESTER)
    with pytest.raises(NotAPerson):
        proposed(acme, by=Actor(ActorKind.API_KEY, key.name, key.id))


@in_one_transaction
def test_the_checker_needs_the_right_of_the_kind(acme, ann):
    waits = proposed(acme, by=acting(ann))
    for checker in (acme.has("Vera", Role.VIEWER), Company("Zoe").has("Zoe", Role.OWNER)):
        for act in (approve_as_seen, decline_as_seen):
            with pytest.raises(MayNotDecide, match="partners"):
                act(waits, acting(checker))
    approve_as_seen(waits, acting(acme.has("Max", Role.MANAGER)))


@in_one_transaction
def test_what_is_decided_is_decided(acme, ann, otto):
    for decide in (approve_as_seen, decline_as_seen, lambda p, _by: withdraw_proposal(p, by=acting(ann))):
        waits = proposed(acme, by=acting(ann))
        decide(waits, acting(otto))
        for again in (approve_as_seen, decline_as_seen):
            with pytest.raises(Decided):
                again(waits, acting(otto))
        with pytest.raises(Decided):
            withdraw_proposal(waits, by=acting(ann))


@in_one_transaction
def test_only_the_maker_takes_a_proposal_back(acme, ann, otto):
    waits = proposed(acme, by=acting(ann))
    with pytest.raises(NotTheMaker, match="Ann proposed this"):
        withdraw_proposal(waits, by=acting(otto))
    assert withdraw_proposal(waits, by=acting(ann)).state == "withdrawn"
    assert name_now() == "Alice"


@in_one_transaction
def test_what_is_approved_is_what_was_proposed_and_what_was_shown(acme, ann, otto):
    waits = proposed(acme, by=acting(ann))
    with pytest.raises(Changed):
        approve(
            waits, seen=digest_of("rename", subject=waits.subject, payload={"name": "x"}), by=acting(otto)
        )
    for change in ({"payload": {"name": "Mallory"}}, {"subject": ids.show("prt", ids.new())}):
        waits = proposed(acme, by=acting(ann))
        Proposal.objects.filter(id=waits.id).update(**change)
        with pytest.raises(Changed), transaction.atomic():
            approve(waits, seen=waits.digest, by=acting(otto))
        assert Proposal.objects.get(id=waits.id).state == "open"
    assert name_now() == "Alice"


@in_one_transaction
def test_what_fails_when_it_is_done_leaves_the_proposal_open(acme, ann, otto):
    waits = proposed(acme, by=acting(ann), name="refused")
    with pytest.raises(NameRefused):
        approve_as_seen(waits, acting(otto))
    assert Proposal.objects.get(id=waits.id).state == "open"
    assert last_line().act == "proposal.opened"


@in_one_transaction
def test_the_database_refuses_an_approval_by_the_maker_and_one_by_nobody(acme, ann):
    waits = proposed(acme, by=acting(ann))
    for decided_by in (ann.id, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(id=waits.id).update(
                state=ProposalState.APPROVED, decided_by_id=decided_by
            )


@in_one_transaction
def test_a_kind_that_nobody_named_and_a_right_that_is_none_are_faults(acme, ann):
    with pytest.raises(KeyError):
        propose(kind="pay", subject=Subject("prt", acme.alice.id, ""), says="", payload={}, by=acting(ann))
    with pytest.raises(KeyError):
        on_approval("pay", right="everything", run=rename)


@in_one_transaction
def test_there_is_a_most_of_what_waits(acme, ann, monkeypatch):
    monkeypatch.setattr(proposals, "MOST_OPEN", 1)
    proposed(acme, by=acting(ann))
    with pytest.raises(TooManyWait):
        proposed(acme, by=acting(ann))


def test_the_digest_is_of_values_and_not_of_their_order():
    same = [digest_of("a", subject="s", payload=each) for each in ({"x": 1, "y": "é"}, {"y": "é", "x": 1})]
    assert same[0] == same[1]
    others = [
        digest_of("b", subject="s", payload={"x": 1}),
        digest_of("a", subject="t", payload={"x": 1}),
        digest_of("a", subject="s", payload={"x": "1"}),
    ]
    assert len({*same, *others}) == 4


def test_of_many_approvers_at_once_one_has_an_effect(house, monkeypatch):
    done: list[str] = []
    on_approval("rename", right="partners.change", run=lambda _proposal, by: done.append(by.name))
    company = Company("Acme")
    with brand_scope(company.id):
        ann = company.has("Ann", Role.OWNER)
        checkers = [acting(company.has(f"Otto {number}", Role.OWNER)) for number in range(4)]
        for _ in range(5):
            waits = proposed(company, by=acting(ann))
            refused = at_once([partial(approve_as_seen, waits, by) for by in checkers], company)
            assert [type(error) for error in refused] == [Decided] * 3
            assert Proposal.objects.get(id=waits.id).decided_by == done[-1]
    assert len(done) == 5


def at_once(acts, company: Company) -> list[Foreseen]:
    """Run the acts in threads with connections of their own, and return what they were refused with."""
    settings, failed, gate = connections["default"].settings_dict, [], threading.Barrier(len(acts))

    def run(act):
        own = type(outside)(settings, "default")
        connections["default"] = own
        try:
            own.ensure_connection()
            gate.wait()
            with brand_scope(company.id):
                act()
        except Foreseen as error:
            failed.append(error)
        finally:
            own.close()

    outside = connections["default"]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def approve_as_seen(proposal: Proposal, by: Actor) -> Proposal:
    return approve(proposal, seen=proposal.digest, by=by)


def decline_as_seen(proposal: Proposal, by: Actor) -> Proposal:
    return decline(proposal, reason="no", by=by)
