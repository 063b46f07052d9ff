"""What one person proposes and another must approve: maker is not checker. Identifier: MAKER-CHECKER.

A module names its kinds when its app is made ready (`on_approval`) and proposes; what was proposed is done by the
approval, in its transaction, or not at all. The database refuses an approval by whoever proposed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from tallystick.foundation.audit.acts import Act, Actor, Subject
from tallystick.foundation.audit.services import record
from tallystick.foundation.outbox.services import announce
from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.accounts.models import Proposal, ProposalState
from tallystick.partners.accounts.queries import person_behind, rights_of_actor
from tallystick.partners.accounts.rules import RIGHTS

Run = Callable[[Proposal, Actor], object]
Changes = Sequence[tuple[str, str, str]]
"""What would change, as people read it: label, before, after."""

MOST_OPEN: Final = 500
"""Proposals of a brand that wait."""


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """One kind of thing that needs two people. right: what its approver must have. run: does it, as the approver.
    shows: what it would change, as the approver reads it.
    """

    name: str
    right: str
    run: Run
    shows: Callable[[Proposal], Changes]


KINDS: Final[dict[str, ProposalKind]] = {}
"""Filled by `on_approval`."""


class NotAPerson(Foreseen):
    """Two people cannot be told apart where one of them is a command or a rule."""

    exit = Exit.REFUSED


class SamePerson(Foreseen):
    """The maker is never the checker."""

    exit = Exit.REFUSED


class NotTheMaker(Foreseen):
    """Only whoever proposed takes a proposal back."""

    exit = Exit.REFUSED


class MayNotDecide(Foreseen):
    """The right that this kind asks of its approver is missing."""

    exit = Exit.REFUSED


class Decided(Foreseen):
    """The proposal waits no more."""

    exit = Exit.REFUSED


class Changed(Foreseen):
    """What would be done is not what was proposed, or not what was shown."""

    exit = Exit.REFUSED


class TooManyWait(Foreseen):
    """As many proposals wait as may."""

    exit = Exit.REFUSED


def on_approval(
    kind: str, *, right: str, run: Run, shows: Callable[[Proposal], Changes] | None = None
) -> None:
    """Say what an approval of a kind does, and the right (`rules.RIGHTS`) that its approver needs.

    run: is given the proposal and the approver, in the approval's transaction and the brand's scope; what it raises
    undoes the approval. shows: what would change; by default what was asked for.
    """
    KINDS[kind] = ProposalKind(kind, RIGHTS[right].name, run, shows or _asked_for)


def changes_of(proposal: Proposal) -> Changes:
    """What a proposal would change, as its approver reads it."""
    kind = KINDS.get(proposal.kind)
    return kind.shows(proposal) if kind else _asked_for(proposal)


@transaction.atomic
def propose(*, kind: str, subject: Subject, says: str, payload: Mapping[str, Any], by: Actor) -> Proposal:
    """Ask for a second person. says: what will be done, as the approver reads it. payload: JSON values for `run`.

    Raises KeyError for a kind that no module named, NotAPerson, TooManyWait.
    """
    if Proposal.objects.filter(state=ProposalState.OPEN).count() >= MOST_OPEN:
        raise TooManyWait("%(count)s proposals wait, which is the most. Decide some first.", count=MOST_OPEN)
    proposal = Proposal(
        kind=KINDS[kind].name,
        subject=subject.text,
        label=subject.label[:300],
        says=says[:500],
        payload=dict(payload),
        digest=digest_of(kind, subject=subject.text, payload=payload),
        proposed_by_id=_person(by),
        proposed_by=by.name[:254],
        proposed_at=clock.now(),
    )
    proposal.save(force_insert=True)
    _tell("proposal.opened", proposal, by=by)
    return proposal


@transaction.atomic
def approve(proposal: Proposal, *, seen: str, reason: str = "", by: Actor) -> Proposal:
    """Do what was proposed. seen: the digest that the approver was shown.

    1. Refuse the maker, also with another seat or by an API key of their making, and whoever has not the kind's right.
    2. Refuse where the proposal is not what was proposed, or not what was shown. 3. Mark it approved, if it still
    waits: of two approvers at once one is too late. 4. Do it. All in one transaction.
    Raises NotAPerson, SamePerson, MayNotDecide, Changed, Decided, and what the kind's own `run` raises.
    """
    kind = _may_decide(proposal, by=by)
    _decide(proposal, ProposalState.APPROVED, reason=reason, by=by)
    proposal.refresh_from_db()
    expected = digest_of(proposal.kind, subject=proposal.subject, payload=proposal.payload)
    if not seen == proposal.digest == expected:
        raise Changed("What would be done is not what you were shown. Read the proposal again.")
    kind.run(proposal, by)
    return proposal


@transaction.atomic
def decline(proposal: Proposal, *, reason: str, by: Actor) -> Proposal:
    """Refuse what was proposed, with a reason. Raises as `approve`."""
    _may_decide(proposal, by=by)
    _decide(proposal, ProposalState.DECLINED, reason=reason, by=by)
    proposal.refresh_from_db()
    return proposal


@transaction.atomic
def withdraw_proposal(proposal: Proposal, *, by: Actor) -> Proposal:
    """Take one's own proposal back. Raises NotAPerson, NotTheMaker, Decided."""
    if _person(by) != proposal.proposed_by_id:
        raise NotTheMaker("%(who)s proposed this; others decline it.", who=proposal.proposed_by)
    _decide(proposal, ProposalState.WITHDRAWN, reason="", by=by)
    proposal.refresh_from_db()
    return proposal


def digest_of(kind: str, *, subject: str, payload: Mapping[str, Any]) -> str:
    """SHA-256 of what would be done, in hexadecimal: the same for the same values, in whatever order they stand."""
    said = json.dumps([kind, subject, payload], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _asked_for(proposal: Proposal) -> Changes:
    return [
        (name, "", value if isinstance(value, str) else json.dumps(value))
        for name, value in proposal.payload.items()
    ]


def _may_decide(proposal: Proposal, *, by: Actor) -> ProposalKind:
    if _person(by) == proposal.proposed_by_id:
        raise SamePerson("You proposed this yourself. Another person has to decide.")
    kind = KINDS[proposal.kind]
    if kind.right not in rights_of_actor(by):
        raise MayNotDecide(
            "To decide this one needs the right to: %(right)s.", right=RIGHTS[kind.right].says.lower()
        )
    return kind


def _decide(proposal: Proposal, state: ProposalState, *, reason: str, by: Actor) -> None:
    wanted = {
        "state": state,
        "decided_by_id": _person(by),
        "decided_by": by.name[:254],
        "decided_at": clock.now(),
        "reason": reason[:500],
    }
    if not Proposal.objects.filter(id=proposal.id, state=ProposalState.OPEN).update(**wanted):
        raise Decided("This was decided already. Look at its history.")
    _tell(f"proposal.{state.value}", proposal, by=by, reason=reason)


def _person(by: Actor) -> UUID:
    person = person_behind(by)
    if person is None:
        raise NotAPerson("This needs two people who can be told apart: sign in to the console.")
    return person


def _tell(act: str, proposal: Proposal, *, by: Actor, reason: str = "") -> None:
    subject = Subject("apv", proposal.id, proposal.says)
    changes = {"digest": (None, proposal.digest), "about": (None, proposal.subject)}
    record(Act(act, subject, by=by, changes=changes, reason=reason))
    announce(act, subject=subject.text, body={"kind": proposal.kind, "about": proposal.subject})
