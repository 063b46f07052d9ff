"""The kinds of event there are, in three groups. One list, so that no module invents another word.

A touchpoint can earn credit; an outcome can be a conversion; the rest is behaviour between the two.
"""

from __future__ import annotations

from typing import Final

TOUCHPOINTS: Final = (
    "click",
    "impression",
    "code_use",
    "introduction",
    "registered_deal",
    "event_attendance",
    "integration_install",
    "crm_partner_field",
    "self_reported_source",
)

OUTCOMES: Final = (
    "lead",
    "signup",
    "demo",
    "install",
    "trial",
    "activation",
    "purchase",
    "subscription",
    "renewal",
)

BEHAVIOUR: Final = ("page_view", "checkout_started", "identify")

ORDERS: Final = ("purchase", "subscription", "renewal")
"""Outcomes that are orders of a customer: any of them makes a later customer a returning one."""

ALL: Final = TOUCHPOINTS + OUTCOMES + BEHAVIOUR
