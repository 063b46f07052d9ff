"""Open a partnership and take it from state to state: every step stays in its history. Identifier: ATTR-STANDING."""

from __future__ import annotations

from django.db.models import Max

from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.lanes import lane
from tallystick.foundation.scoping import current_brand
from tallystick.kit import clock
from tallystick.partners.partnerships.models import Partner, Partnership, PartnershipChange
from tallystick.partners.partnerships.rules import State, step_from
from tallystick.partners.programs.keeping import keep_changed, keep_new, locked, note
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.values import BadValue, check

OPENING = (State.APPLIED, State.INVITED, State.ONBOARDING, State.ACTIVE)
"""The states in which a partnership may begin."""


def open_partnership(
    *, program: Program, partner: Partner, state: str, tier: str = "", owner: str = "", by: Actor
) -> Partnership:
    """Open a partnership of a partner in a program, in one of the states in which one may begin.

    Opened active it has been active since ever: history that is imported counts. Raises BadValue; KeyTaken where the
    partner is in the program already.
    """
    if state not in OPENING:
        raise BadValue(
            "`state` is %(state)r; a partnership begins as: %(known)s",
            field="state",
            state=state,
            known=", ".join(OPENING),
        )
    row = Partnership(program=program, partner=partner, state=str(state), tier=tier, owner=owner)
    with lane(current_brand()):
        keep_new(row, by=by)
        _append(row, was="", reason="", by=by)
    return row


def change_partnership(partnership: Partnership, *, by: Actor, tier: str, owner: str) -> Partnership:
    """Give a partnership its tier and its owner anew. Raises BadValue."""
    return keep_changed(partnership, by=by, said={"tier": tier, "owner": owner})


def invite(partnership: Partnership, *, by: Actor, reason: str = "") -> Partnership:
    """Offer the partnership to a partner that has applied, or anew to one that was ended. Raises StepRefused."""
    return _take("invite", partnership, by=by, reason=reason)


def accept(partnership: Partnership, *, by: Actor, reason: str = "") -> Partnership:
    """Note that the partner has accepted: it is prepared now, and earns nothing yet. Raises StepRefused."""
    return _take("accept", partnership, by=by, reason=reason)


def activate(partnership: Partnership, *, by: Actor, reason: str = "") -> Partnership:
    """Let the partnership earn credit from now on. Raises StepRefused."""
    return _take("activate", partnership, by=by, reason=reason)


def pause(partnership: Partnership, *, by: Actor, reason: str = "") -> Partnership:
    """Stop new credit for a partnership from now; what was earned stays earned. Raises StepRefused, ReasonMissing."""
    return _take("pause", partnership, by=by, reason=reason)


def resume(partnership: Partnership, *, by: Actor, reason: str = "") -> Partnership:
    """Let a paused partnership earn again from now; the time of the pause stays without credit. Raises StepRefused."""
    return _take("resume", partnership, by=by, reason=reason)


def end(partnership: Partnership, *, by: Actor, reason: str = "") -> Partnership:
    """Stop new credit for good; what was earned stays earned. Raises StepRefused, ReasonMissing."""
    return _take("end", partnership, by=by, reason=reason)


def _take(verb: str, partnership: Partnership, *, by: Actor, reason: str) -> Partnership:
    """Take a step: calling twice is refused, not repeated. Returns the partnership as it stands then.

    The brand's lane is held, so that no stage decides between the instant of the change and its being written.
    """
    with lane(current_brand()):
        now = locked(partnership)
        step = step_from(State(now.state), verb, reason=reason)
        was, now.state = now.state, step.target.value
        change = _append(now, was=was, reason=reason, by=by)
        Partnership.objects.filter(pk=now.pk).update(state=now.state)
        note(now, step.done, by=by, changes={"state": (was, now.state)}, reason=change.reason)
    return now


def _append(partnership: Partnership, *, was: str, reason: str, by: Actor) -> PartnershipChange:
    """Write the change that leads to the partnership's state. Only with the lane held: numbers rise by one."""
    newest = PartnershipChange.objects.aggregate(number=Max("number"))["number"] or 0
    change = PartnershipChange(
        partnership=partnership,
        number=newest + 1,
        was=was,
        state=partnership.state,
        at=clock.now(),
        reason=reason,
        actor_kind=by.kind,
        actor_name=by.name[:254],
    )
    check(change)
    change.save(force_insert=True)
    return change
