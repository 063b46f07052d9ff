"""Who stands before the pages, and one of each thing to open: made inside the served installation, told as JSON.

Models are imported inside: pytest reads this module before Django is ready.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.installs import Install


@dataclass(frozen=True)
class Cast:
    """The people of Acme with the cookies that sign them in, and the ids that addresses need."""

    cookie: str
    sessions: dict[str, str]
    ids: dict[str, str]

    def cookies(self, who: str, address: str) -> list[dict[str, str]]:
        """What a browser must send to be this person; nothing for a stranger."""
        if who == "stranger":
            return []
        return [{"name": self.cookie, "value": self.sessions[who], "url": address}]


def enter(install: Install) -> Cast:
    """Let the people in."""
    done = install.run_python(
        "from tests.browser.cast import tell\nimport json, sys\njson.dump(tell(), sys.stdout)"
    )
    assert done.returncode == 0, done.stderr
    return Cast(**json.loads(done.stdout.splitlines()[-1]))


def tell() -> dict[str, object]:
    """Make them; runs with Django, inside the installation."""
    from django.conf import settings

    from tallystick.foundation.scoping import brand_scope
    from tallystick.partners.partnerships.models import Partner
    from tallystick.partners.programs.models import Brand
    from tests.people import person, seat, signed_in

    acme = Brand.objects.get(key="acme")
    with brand_scope(acme.id):
        alice = Partner.objects.get(key="alice")
    people = {
        "owner": person("Olivia Marten"),
        "viewer": person("Vera Blum"),
        "partner": person("Alice Moreau"),
        "administrator": person("Ada Lindqvist", is_administrator=True),
        "nobody": person("Zoë Ardent"),
    }
    seat(people["owner"], acme.id, "owner")
    seat(people["owner"], acme.id, "partner", partner=alice)
    seat(people["viewer"], acme.id, "viewer")
    seat(people["partner"], acme.id, "partner", partner=alice)
    with brand_scope(acme.id):
        ids = _things(people["owner"], alice)
    return {
        "cookie": settings.SESSION_COOKIE_NAME,
        "sessions": {
            who: signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value for who, user in people.items()
        },
        "ids": ids,
    }


def _things(owner, alice) -> dict[str, str]:
    """One of everything that has a page."""
    from tallystick.foundation.audit.acts import Actor, ActorKind
    from tests.browser.imports_cast import imports_of

    by = Actor(ActorKind.PERSON, owner.name, owner.id)
    _campaign_of(alice, by)
    made = {**_people_things(alice, by), **_papers_of(alice, by)}
    return {**_first_rows(), **made, **_what_happened(), **imports_of(by)}


def _campaign_of(alice, by) -> None:
    """A campaign with a link and a code of Alice's, and Bob's partnership paused."""
    from datetime import timedelta

    from tallystick.kit import clock
    from tallystick.partners.partnerships.models import Partnership, Placement
    from tallystick.partners.partnerships.services.campaigns import open_campaign
    from tallystick.partners.partnerships.services.codes import open_code
    from tallystick.partners.partnerships.services.links import open_link
    from tallystick.partners.partnerships.services.partnerships import pause

    works = Partnership.objects.get(partner=alice)
    reviews = Placement.objects.get(partnership=works, key="reviews")
    today = clock.now().date()
    spring = open_campaign(
        works.program,
        key="spring",
        name="Spring launch",
        starts_on=today,
        ends_on=today + timedelta(days=30),
        cost_minor=120_000,
        goal="400 first purchases",
        by=by,
    )
    there = {"placement": reviews, "campaign": spring, "by": by}
    open_link(works, key="alice-review", destination="https://acme.example/spring", **there)
    open_code(works, key="ALICE10", **there)
    pause(Partnership.objects.get(partner__key="bob"), reason="disclosure is missing", by=by)


def _people_things(alice, by) -> dict[str, str]:
    """An invitation, an API key, a proposal, seats."""
    from tallystick.foundation.audit.acts import Subject
    from tallystick.foundation.scoping import current_brand
    from tallystick.kit import ids
    from tallystick.partners.accounts.models import Seat
    from tallystick.partners.accounts.services.invitations import invitation_token, invite
    from tallystick.partners.accounts.services.keys import make_key
    from tallystick.partners.accounts.services.proposals import propose
    from tallystick.partners.programs.services import second_person

    offered = invite(email="lea@example.org", role="analyst", message="Welcome to the numbers.", by=by)
    key, _ = make_key(name="Warehouse export", scopes=["figures.read"], by=by)
    asked = propose(
        kind=second_person.PROPOSAL,
        subject=Subject("brd", current_brand(), "acme"),
        says="Let one person alone publish versions of definitions in Acme",
        payload={"brand": current_brand().hex},
        by=by,
    )
    return {
        "invitation": invitation_token(offered),
        "key": ids.show("key", key.id),
        "proposal": ids.show("apv", asked.id),
        "seat": ids.show("sea", Seat.objects.get(role="viewer").id),
        "seat_at_partner": ids.show("sea", Seat.objects.filter(partner=alice)[0].id),
        "person": ids.show("usr", by.id),
    }


def _papers_of(alice, by) -> dict[str, str]:
    """A document of Alice's partnership, which she sees."""
    from tallystick.foundation.attachments.services import keep
    from tallystick.foundation.audit.acts import Subject
    from tallystick.kit import ids
    from tallystick.partners.partnerships.models import Partnership

    works = Partnership.objects.get(partner=alice)
    subject = Subject("pns", works.id, works.handle)
    document = keep(name="agreement.txt", content=b"Ten percent.\n", by=by, subject=subject, is_shared=True)
    return {
        "partners": ids.show("prt", alice.id),
        "partnerships": ids.show("pns", works.id),
        "document": ids.show("doc", document.id),
    }


def _first_rows() -> dict[str, str]:
    """The first row of every noun."""
    from tallystick.doors.nouns.all import NOUNS
    from tallystick.kit import ids
    from tallystick.kit.listing import Wish
    from tallystick.partners.programs.models import Definition

    rows = {
        noun.plural: noun.values(noun.listing.page(Wish(limit=1)).rows[0])["id"] for noun in NOUNS.values()
    }
    return {**rows, "definitions": ids.show("cdf", Definition.objects.all()[0].id)}


def _what_happened() -> dict[str, str]:
    """A conversion, a receipt in quarantine, a mail, a line of the audit trail."""
    from tallystick.foundation.audit.models import AuditLine
    from tallystick.foundation.mail.links import reader_token
    from tallystick.foundation.mail.models import Mail
    from tallystick.foundation.scoping import current_brand
    from tallystick.kit import ids
    from tallystick.measurement.attribution.models import Conversion
    from tallystick.tracking.inbox.models import Quarantined

    mail = Mail.objects.order_by("created_at")[0]
    return {
        "conversion": ids.show("cnv", Conversion.objects.order_by("-occurred_at")[0].id),
        "waiting": ids.show("rcp", Quarantined.objects.order_by("receipt_id")[0].receipt_id),
        "mail": ids.show("mal", mail.id),
        "reader": reader_token(mail.id),
        "line": ids.show("aud", AuditLine.objects.filter(brand_id=current_brand()).order_by("-id")[0].id),
    }
