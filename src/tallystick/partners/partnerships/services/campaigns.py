"""Open and change a campaign: a time-boxed push in a program."""

from __future__ import annotations

from datetime import date
from typing import Final, NotRequired, TypedDict, Unpack

from tallystick.foundation.audit.acts import Actor
from tallystick.partners.partnerships.models import Campaign
from tallystick.partners.programs.keeping import keep_changed, keep_new
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.values import BadValue

MOST_MINOR: Final = 10**15
"""The most that a campaign may cost, in minor units: more is a slip of the keyboard."""


class SaidOfCampaign(TypedDict):
    """What is said of a campaign. It begins on starts_on; ends_on is the first day on which it is over.

    cost_minor: in minor units of the program's currency; None: not known.
    """

    name: str
    starts_on: date
    ends_on: date
    cost_minor: NotRequired[int | None]
    goal: NotRequired[str]


def open_campaign(program: Program, *, key: str, by: Actor, **said: Unpack[SaidOfCampaign]) -> Campaign:
    """Open a campaign of a program. Raises BadValue; KeyTaken where the program has one of this key."""
    _refuse_impossible(said)
    return keep_new(Campaign(program=program, key=key, **said), by=by)


def change_campaign(campaign: Campaign, *, by: Actor, **said: Unpack[SaidOfCampaign]) -> Campaign:
    """Say anew what a campaign is called, when it is, what it costs and what it is for. Raises BadValue."""
    _refuse_impossible(said)
    return keep_changed(campaign, by=by, said=said)


def _refuse_impossible(said: SaidOfCampaign) -> None:
    if said["ends_on"] <= said["starts_on"]:
        raise BadValue(
            "`ends_on` is %(ends)s and `starts_on` %(starts)s; `ends_on` is the first day on which the campaign is "
            "over, so it comes after",
            field="ends_on",
            ends=said["ends_on"],
            starts=said["starts_on"],
        )
    cost = said.get("cost_minor")
    if cost is not None and not 0 <= cost <= MOST_MINOR:
        raise BadValue(
            "`cost_minor` is %(cost)d; a campaign costs nothing or more, and at most %(most)d",
            field="cost_minor",
            cost=cost,
            most=MOST_MINOR,
        )
