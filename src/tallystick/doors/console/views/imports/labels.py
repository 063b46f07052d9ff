"""What fields, targets and settings of a mapping are called on the pages of imports."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.design.words import word
from tallystick.doors.console.views.imports.columns import OTHERS
from tallystick.kit import kinds
from tallystick.tracking.events.mapping.form import EventFrom, Target, When
from tallystick.tracking.events.mapping.makers import conditions

FIELDS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "occurred_at": gettext_lazy("when it happened"),
        "ordered_at": gettext_lazy("when it was ordered"),
        "earned_at": gettext_lazy("when it was earned"),
        "paid_at": gettext_lazy("when it was paid"),
        "on": gettext_lazy("the day"),
        "program": gettext_lazy("program"),
        "visitor": gettext_lazy("visitor"),
        "customer": gettext_lazy("customer"),
        "account": gettext_lazy("account (company)"),
        "session": gettext_lazy("session"),
        "partner": gettext_lazy("partner"),
        "placement": gettext_lazy("placement"),
        "link": gettext_lazy("link"),
        "code": gettext_lazy("code"),
        "channel": gettext_lazy("house channel"),
        "campaign": gettext_lazy("campaign"),
        "landing_page": gettext_lazy("landing page"),
        "sub_id": gettext_lazy("sub-id (what the partner wrote into the link)"),
        "order": gettext_lazy("order number"),
        "amount": gettext_lazy("amount"),
        "sale_amount": gettext_lazy("amount of the sale"),
        "currency": gettext_lazy("currency"),
        "device": gettext_lazy("device"),
        "browser": gettext_lazy("browser"),
        "country": gettext_lazy("country"),
        "visitor_type": gettext_lazy("new or returning visitor"),
        "user_agent": gettext_lazy("user agent of the browser"),
        "key": gettext_lazy("key (how files name it)"),
        "name": gettext_lazy("name"),
        "kind": gettext_lazy("kind"),
        "contact": gettext_lazy("contact"),
        "website": gettext_lazy("website"),
        "state": gettext_lazy("state"),
        "tier": gettext_lazy("tier"),
        "destination": gettext_lazy("destination"),
        "measure": gettext_lazy("what is measured"),
        "value": gettext_lazy("value"),
        "reference": gettext_lazy("reference (what makes it the same)"),
        "status": gettext_lazy("status"),
        "status_raw": gettext_lazy("status as it was written"),
        "sku": gettext_lazy("article number"),
        "category": gettext_lazy("category"),
        "quantity": gettext_lazy("quantity"),
        "unit_price": gettext_lazy("price of one"),
    }
)
"""Field → how people call it."""

THINGS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "partners": gettext_lazy("a partner"),
        "links": gettext_lazy("a link"),
        "codes": gettext_lazy("a code"),
        "totals": gettext_lazy("a total of a day"),
        "costs": gettext_lazy("a cost"),
        "commissions": gettext_lazy("a commission of another platform"),
        "orders": gettext_lazy("an order of the shop, to compare with"),
    }
)
"""What a row can stand for beside events."""


def field_label(name: str) -> str:
    """What a field is called; one that has no name here by its own."""
    return str(FIELDS.get(name) or word(name))


def thing_label(name: str) -> str:
    """What a row stands for: a kind of event, or one of OTHERS."""
    return str(THINGS.get(name) or word(name))


def things() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that a row can stand for, in groups."""
    groups = (
        (_("What brought them"), kinds.TOUCHPOINTS),
        (_("What they did"), kinds.OUTCOMES),
        (_("Corrections"), kinds.CORRECTIONS),
        (_("Brought along"), (*kinds.HISTORY, *OTHERS)),
        (_("Other events"), (*kinds.BEHAVIOUR, *kinds.PIPELINE, *kinds.VOICE)),
    )
    return [(str(label), [(name, thing_label(name)) for name in names]) for label, names in groups]


def target_says(place: str, target: Target) -> str:
    """A target in words: `purchase, where Status is paid or pending`."""
    what = thing_label(target.kind if isinstance(target, EventFrom) else place.partition(".")[0])
    asked = [_condition(each) for each in conditions(target)]
    if not asked:
        return what
    return _("%(what)s, where %(conditions)s") % {"what": what, "conditions": _(" and ").join(asked)}


_SAID: Final = {
    "in": (gettext_lazy("%(column)s is %(text)s"), gettext_lazy("%(column)s is not %(text)s")),
    "filled": (gettext_lazy("%(column)s is filled"), gettext_lazy("%(column)s is empty")),
    "starts": (
        gettext_lazy("%(column)s begins with %(text)s"),
        gettext_lazy("%(column)s does not begin with %(text)s"),
    ),
    "above": (gettext_lazy("%(column)s is above %(text)s"), gettext_lazy("%(column)s is not above %(text)s")),
    "below": (gettext_lazy("%(column)s is below %(text)s"), gettext_lazy("%(column)s is not below %(text)s")),
}
"""How a condition is said, and its opposite."""


def _condition(when: When) -> str:
    if when.is_in:
        # What only differs in its letters' case is said once.
        how, text = "in", _(" or ").join({value.casefold(): value for value in reversed(when.is_in)}.values())
    elif when.filled:
        how, text = "filled", ""
    else:
        how = next(name for name in ("starts", "above", "below") if getattr(when, name) is not None)
        text = getattr(when, how)
    return str(_SAID[how][when.is_not]) % {"column": when.column, "text": text}
