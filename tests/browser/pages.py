"""Every page there is: a sample address for each name of the URL conf, and who opens it.

A name without a sample is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.browser.cast import Cast

OWNER, PARTNER, ADMIN, NOBODY, STRANGER = "owner", "partner", "administrator", "nobody", "stranger"

NOT_A_PAGE = {
    "alive": "says ok",
    "openapi": "is JSON",
    "files:file": "is a file",
    "mail:preview_html": "is a mail",
    "console:noun_export": "is a file",
    "console:audit_export": "is a file",
    "console:import_export": "is a file",
    "console:import_progress": "is a part of a page",
    "console:import_try_progress": "is a part of a page",
    "account:again": "leads on",
    "account_logout": "signs out",
    "account_set_password": "is for people without a password",
    "account_email_verification_sent": "leads on",
    "account_confirm_email": "needs a link of a mail",
    "account_reset_password_from_key": "needs a link of a mail",
    "account_reset_password_from_key_done": "follows that link",
    "account_confirm_login_code": "needs a code of a mail",
    "mfa_authenticate": "stands in the middle of signing in",
    "mfa_reauthenticate": "needs a second step that is on",
    "mfa_deactivate_totp": "needs a second step that is on",
    "mfa_view_recovery_codes": "needs a second step that is on",
    "mfa_generate_recovery_codes": "needs a second step that is on",
    "mfa_download_recovery_codes": "is a file",
    "mfa_reauthenticate_webauthn": "needs a passkey",
    "mfa_remove_webauthn": "needs a passkey",
    "mfa_edit_webauthn": "needs a passkey",
    "mfa_login_webauthn": "is JSON",
    "openid_connect_login": "needs a provider",
    "openid_connect_callback": "needs a provider",
    "socialaccount_signup": "needs a provider",
    "socialaccount_connections": "needs a provider",
}
"""Names that answer with something else, or only in the middle of something; and why."""

SAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "components": ((STRANGER, "/-/components"),),
    "docs": ((STRANGER, "/api/v1/docs"),),
    "console:entry": ((NOBODY, "/"),),
    "console:answer": (
        (OWNER, "/acme/"),
        (OWNER, "/acme/?by=source&sort=rate"),
        (OWNER, "/acme/?by=month&where=partner%3Dalice"),
        (OWNER, "/acme/?from=2026-01-01&until=2026-12-31"),
        (OWNER, "/acme/?basis=period&by=partner_kind"),
        (OWNER, "/acme/?kpi=gross_revenue&top=20"),
        (OWNER, "/acme/?kpi=click_to_sale_rate&by=device&where=partner%3Dalice"),
        (OWNER, "/acme/?kpi=invalid_traffic_rate&by=browser"),
        (OWNER, "/acme/?by=colour"),
    ),
    "console:receipts": (
        (OWNER, "/acme/receipts?where=partner%3Dalice"),
        (OWNER, "/acme/receipts?show=credit"),
    ),
    "console:search": ((OWNER, "/acme/find?q=al"), (OWNER, "/acme/find?q=nothing+of+the+kind")),
    "console:find": ((OWNER, "/acme/trace"),),
    "console:trace": ((OWNER, "/acme/trace/{conversion}"), (OWNER, "/acme/trace/{waiting}")),
    "console:quarantine": ((OWNER, "/acme/quarantine"), ("viewer", "/acme/quarantine?reason=schema")),
    "console:quarantined": (
        (OWNER, "/acme/quarantine/{wrong}"),
        (OWNER, "/acme/quarantine/{waiting}"),
        ("viewer", "/acme/quarantine/{wrong}"),
    ),
    "console:quarantine_same": ((OWNER, "/acme/quarantine/{wrong}/same"),),
    "console:quarantine_dismiss": ((OWNER, "/acme/quarantine/dismiss?row={wrong}"),),
    "console:imports": ((OWNER, "/acme/imports"), (OWNER, "/acme/imports?q=nothing+of+the+kind")),
    "console:import_new": ((OWNER, "/acme/imports/new"),),
    "console:import": (
        (OWNER, "/acme/imports/{import}"),
        (OWNER, "/acme/imports/{import_uploading}"),
        ("viewer", "/acme/imports/{import_arrived}"),
    ),
    "console:import_columns": (
        (OWNER, "/acme/imports/{import_arrived}/columns"),
        (OWNER, "/acme/imports/{import_of_dub}/columns?as=own"),
    ),
    "console:import_text": ((OWNER, "/acme/imports/{import_arrived}/text"),),
    "console:import_try": ((OWNER, "/acme/imports/{import_ready}/try"),),
    "console:import_discard": ((OWNER, "/acme/imports/{import_arrived}/discard"),),
    "console:mappings": ((OWNER, "/acme/mappings"),),
    "console:mapping": ((OWNER, "/acme/mappings/shop-orders"), ("viewer", "/acme/mappings/shop-orders")),
    "console:mapping_change": ((OWNER, "/acme/mappings/shop-orders/change"),),
    "console:names": ((OWNER, "/acme/names"), ("viewer", "/acme/names")),
    "console:name": ((OWNER, "/acme/names/choose?program=shop&role=partner&value=nora-blog"),),
    "console:name_all": (
        (OWNER, "/acme/names/all?act=open&row=program%3Dshop%26role%3Dpartner%26value%3Dnora-blog"),
    ),
    "console:orders": ((OWNER, "/acme/orders"), (OWNER, "/acme/orders?kind=missing")),
    "console:invite": ((OWNER, "/acme/partners/invite"),),
    "console:nouns": (
        *((OWNER, f"/acme/{plural}") for plural in ("programs", "channels", "partners", "partnerships")),
        *((OWNER, f"/acme/{plural}") for plural in ("placements", "campaigns", "links", "codes")),
        (OWNER, "/acme/definitions"),
        (OWNER, "/acme/partners?q=nobody+of+that+name"),
        ("viewer", "/acme/partners"),
    ),
    "console:noun_new": ((OWNER, "/acme/partners/new"), (OWNER, "/acme/links/new")),
    "console:noun_import": ((OWNER, "/acme/partners/import"),),
    "console:noun_act": (
        (OWNER, "/acme/partnerships/acts/pause?row={partnerships}"),
        (OWNER, "/acme/partners/acts/archive?row={partners}"),
    ),
    "console:noun": (
        (OWNER, "/acme/partners/{partners}"),
        (OWNER, "/acme/partnerships/{partnerships}"),
        (OWNER, "/acme/campaigns/{campaigns}"),
        (OWNER, "/acme/definitions/{definitions}"),
    ),
    "console:noun_edit": (
        (OWNER, "/acme/partners/{partners}/edit"),
        (OWNER, "/acme/campaigns/{campaigns}/edit"),
    ),
    "console:definition_new": ((OWNER, "/acme/definitions/new"),),
    "console:version_new": ((OWNER, "/acme/definitions/{definitions}/new"),),
    "console:team": ((OWNER, "/acme/team"), ("viewer", "/acme/team")),
    "console:team_partners": ((OWNER, "/acme/team/partners"),),
    "console:team_take_at_partner": ((OWNER, "/acme/team/partners/{seat_at_partner}/take"),),
    "console:team_invite": ((OWNER, "/acme/team/invite"),),
    "console:team_role": ((OWNER, "/acme/team/seats/{seat}/role"),),
    "console:team_take": ((OWNER, "/acme/team/seats/{seat}/take"),),
    "console:keys": ((OWNER, "/acme/keys"),),
    "console:key_make": ((OWNER, "/acme/keys/make"),),
    "console:key_rotate": ((OWNER, "/acme/keys/{key}/rotate"),),
    "console:key_revoke": ((OWNER, "/acme/keys/{key}/revoke"),),
    "console:approvals": ((OWNER, "/acme/approvals"),),
    "console:approval": ((OWNER, "/acme/approvals/{proposal}"),),
    "console:audit": ((OWNER, "/acme/audit"),),
    "console:audit_line": ((OWNER, "/acme/audit/{line}"),),
    "console:brand": ((OWNER, "/acme/settings"),),
    "portal:home": ((PARTNER, "/portal/acme/alice/"),),
    "portal:counted": ((PARTNER, "/portal/acme/alice/counted/shop"),),
    "portal:links": ((PARTNER, "/portal/acme/alice/links"),),
    "portal:documents": ((PARTNER, "/portal/acme/alice/documents"),),
    "portal:details": ((PARTNER, "/portal/acme/alice/details"),),
    "account:overview": ((OWNER, "/account/"),),
    "account:switch": ((OWNER, "/switch"),),
    "account:join": ((STRANGER, "/join/{invitation}"), (STRANGER, "/join/nonsense")),
    "account_login": ((STRANGER, "/account/login/"),),
    "account_signup": ((STRANGER, "/account/signup/"),),
    "account_inactive": ((STRANGER, "/account/inactive/"),),
    "account_reauthenticate": ((OWNER, "/account/reauthenticate/"),),
    "account_email": ((OWNER, "/account/email/"),),
    "account_change_password": ((OWNER, "/account/password/change/"),),
    "account_reset_password": ((STRANGER, "/account/password/reset/"),),
    "account_reset_password_done": ((STRANGER, "/account/password/reset/done/"),),
    "mfa_index": ((OWNER, "/account/2fa/"),),
    "mfa_activate_totp": ((OWNER, "/account/2fa/totp/activate/"),),
    "mfa_list_webauthn": ((OWNER, "/account/2fa/webauthn/"),),
    "mfa_add_webauthn": ((OWNER, "/account/2fa/webauthn/add/"),),
    "socialaccount_login_cancelled": ((STRANGER, "/account/3rdparty/login/cancelled/"),),
    "socialaccount_login_error": ((STRANGER, "/account/3rdparty/login/error/"),),
    "usersessions_list": ((OWNER, "/account/sessions/"),),
    "mail:own": ((OWNER, "/account/mail"),),
    "mail:preferences": ((STRANGER, "/mail/{reader}"),),
    "mail:stop": ((STRANGER, "/mail/{reader}/stop"),),
    "mail:preview": ((ADMIN, "/installation/mail/preview"),),
    "mail:preview_kind": ((ADMIN, "/installation/mail/preview/invitation"),),
    "installation:people": ((ADMIN, "/installation/"),),
    "installation:add_person": ((ADMIN, "/installation/people/add"),),
    "installation:person": ((ADMIN, "/installation/people/{person}"),),
    "installation:brands": ((ADMIN, "/installation/brands"),),
    "installation:open_brand": ((ADMIN, "/installation/brands/open"),),
    "installation:mails": ((ADMIN, "/installation/mails"),),
    "installation:mail": ((ADMIN, "/installation/mails/{mail}"),),
    "installation:jobs": ((ADMIN, "/installation/jobs"),),
}
"""Name of the URL conf → who opens which address. Names in braces are ids of the cast."""

BESIDE = (
    (STRANGER, "/nowhere/at/all"),
    (OWNER, "/nobody/"),
    (PARTNER, "/portal/acme/bob/"),
    ("viewer", "/acme/partners/new"),
)
"""What is answered where no page is."""


@dataclass(frozen=True)
class Sample:
    """One page as somebody sees it. name: for the file of its picture."""

    name: str
    who: str
    address: str


def names(
    patterns: Iterable[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each address with the methods it knows; those of the API are no pages."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            if not inner.startswith("api:"):
                yield from names(pattern.url_patterns, inner)
        elif pattern.name:
            declared = getattr(pattern.callback, "declared", None)
            yield f"{space}{pattern.name}", declared.methods if declared else ("GET",)


def page_names() -> set[str]:
    """The names that answer with a page when they are opened."""
    found = {name for name, methods in names(get_resolver().url_patterns) if "GET" in methods}
    return found - NOT_A_PAGE.keys()


def without_sample() -> list[str]:
    """Names of pages that nobody looks at: each needs a line in SAMPLES, or a reason in NOT_A_PAGE."""
    return sorted(page_names() - SAMPLES.keys())


def samples(cast: Cast) -> list[Sample]:
    """Every page to look at."""
    found = []
    for who, address in chain(*SAMPLES.values(), BESIDE):
        path = address.format(**cast.ids)
        plain = address.replace("{", "").replace("}", "").strip("/").replace("/", ".")
        name = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in plain) or "root"
        found.append(Sample(f"{name}-{who}", who, path))
    return found
