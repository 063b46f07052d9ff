"""The kinds of event there are, in groups. One list, so that no module invents another word.

A touchpoint can earn credit; an outcome can be a conversion; behaviour lies between the two; the rest corrects, was
brought along from before, or says how customers fare.
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

CORRECTIONS: Final = ("refund", "chargeback", "cancellation")
"""What takes back an order, or part of it: the amount says how much, without a sign."""

TIE: Final = "customer_binding"

HISTORY: Final = ("past_order", TIE)
"""What is brought along from before: an order that makes its customer a returning one and is no conversion; the tie of
a customer to the partner who brought them.
"""

PIPELINE: Final = ("stage_change",)
"""What a CRM says of an opportunity: `order` is the opportunity's number, the attribute `stage` where it stands."""

VOICE: Final = ("ticket", "survey_answer", "review")
"""What customers say: the attributes hold priority, question, score, rating and the like."""

ORDERS: Final = ("purchase", "subscription", "renewal")
"""Outcomes that are orders of a customer: any of them makes a later customer a returning one."""

EARLIER_ORDERS: Final = (*ORDERS, "past_order")
"""What makes a later customer a returning one."""

ALL: Final = TOUCHPOINTS + OUTCOMES + BEHAVIOUR + CORRECTIONS + HISTORY + PIPELINE + VOICE
