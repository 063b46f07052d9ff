"""The house's own words, which are also values in its code and its files: as people read them, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        # kinds of events
        "click": _("click"),
        "impression": _("impression"),
        "code_use": _("code use"),
        "introduction": _("introduction"),
        "registered_deal": _("registered deal"),
        "event_attendance": _("event attendance"),
        "integration_install": _("integration install"),
        "crm_partner_field": _("crm partner field"),
        "self_reported_source": _("self reported source"),
        "lead": _("lead"),
        "signup": _("signup"),
        "demo": _("demo"),
        "install": _("install"),
        "trial": _("trial"),
        "activation": _("activation"),
        "purchase": _("purchase"),
        "subscription": _("subscription"),
        "renewal": _("renewal"),
        "page_view": _("page view"),
        "checkout_started": _("checkout started"),
        "identify": _("identify"),
        "refund": _("refund"),
        "chargeback": _("chargeback"),
        "cancellation": _("cancellation"),
        "past_order": _("past order"),
        "customer_binding": _("customer binding"),
        "stage_change": _("stage change"),
        "ticket": _("ticket"),
        "survey_answer": _("survey answer"),
        "review": _("review"),
        # what is reported
        "total": _("total"),
        "cost": _("cost"),
        "commission": _("commission"),
        "links": _("links"),
        "customers": _("customers"),
        "commissions": _("commissions"),
        # labels of events
        "valid": _("valid"),
        "known_bot": _("known bot"),
        # what a definition says
        "clicks": _("clicks"),
        "sessions": _("sessions"),
        "leads": _("leads"),
        "exposures": _("exposures"),
        "cohort": _("cohort"),
        "period": _("period"),
        "macro": _("macro"),
        "micro": _("micro"),
        "order": _("order"),
        "customer": _("customer"),
        "event": _("event"),
        "path": _("path"),
        "binding": _("binding"),
        "tracking": _("tracking"),
        "weekly": _("weekly"),
        # kinds of partners
        "affiliate": _("affiliate"),
        "content": _("content"),
        "cashback": _("cashback"),
        "voucher": _("voucher"),
        "loyalty": _("loyalty"),
        "creator": _("creator"),
        "ambassador": _("ambassador"),
        "referral": _("referral"),
        "integration": _("integration"),
        "marketplace": _("marketplace"),
        "agency": _("agency"),
        "reseller": _("reseller"),
        "distributor": _("distributor"),
        "alliance": _("alliance"),
        # customers, visitors, devices
        "new": _("new"),
        "returning": _("returning"),
        "unknown": _("unknown"),
        "mobile": _("mobile"),
        "desktop": _("desktop"),
        "tablet": _("tablet"),
        # why a receipt waits
        "size": _("size"),
        "encoding": _("encoding"),
        "syntax": _("syntax"),
        "schema": _("schema"),
        "unknown_partner": _("unknown partner"),
        "unknown_program": _("unknown program"),
        "currency_no_rate": _("currency without a rate"),
        "duplicate_conflict": _("another body under the same key"),
        "late_after_close": _("late, after the books were closed"),
        "consent": _("consent"),
        "processing_error": _("fault of the program"),
        "conflict": _("conflict"),
        # who acts
        "person": _("person"),
        "command": _("command"),
        "api_key": _("API key"),
        "job": _("job"),
        # roles
        "owner": _("owner"),
        "manager": _("manager"),
        "analyst": _("analyst"),
        "finance": _("finance"),
        "compliance": _("compliance"),
        "viewer": _("viewer"),
        "partner": _("partner"),
        "administrator": _("administrator"),
        # things, and what is said of them
        "brand": _("brand"),
        "receipt": _("receipt"),
        "conversion": _("conversion"),
        "program": _("program"),
        "link": _("link"),
        "code": _("code"),
        "source": _("source"),
        "device": _("device"),
        "country": _("country"),
        "partner kind": _("partner kind"),
        "placement type": _("placement type"),
        "partner or house channel": _("partner or house channel"),
        "name": _("name"),
        "key": _("key"),
        "kind": _("kind"),
        "type": _("type"),
        "state": _("state"),
        "tier": _("tier"),
        "website": _("website"),
        "contact": _("contact"),
        "goal": _("goal"),
        "zone": _("zone"),
        "currency": _("currency"),
        "destination": _("destination"),
        "placement": _("placement"),
        "channel": _("channel"),
        "amount": _("amount"),
        "day": _("day"),
        "status": _("status"),
        "placed": _("placed"),
        "cancelled": _("cancelled"),
        "refunded": _("refunded"),
        "counted": _("counted"),
        "campaign": _("campaign"),
        "position": _("position"),
        "call_to_action": _("call to action"),
        "history_from": _("history from"),
        "starts_on": _("starts on"),
        "ends_on": _("ends on"),
        "cost_minor": _("cost minor"),
        # the journey
        "events": _("events"),
        "attribution": _("attribution"),
        "warehouse": _("warehouse"),
        "receipts": _("receipts"),
        "reports": _("reports"),
        "partners": _("partners"),
        "identities": _("identities"),
        "quarantine": _("quarantine"),
        "definitions": _("definitions"),
        "conversions": _("conversions"),
        "credits": _("credits"),
        "facts": _("facts"),
    }
)
"""Value → its word. What is not here is shown by its own name."""


def word(name: str) -> str:
    """A value of the code in words: `code_use` → `code use`; one that is not known is its name with spaces."""
    return str(WORDS.get(name) or name.replace("_", " "))


def words(names: str) -> str:
    """Several, as a list in a text: `events, credits`."""
    return ", ".join(word(name.strip()) for name in names.split(","))
