"""The portal: a partner sees its own partnerships, links, documents and what its rate is made of; nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from tallystick.foundation.attachments.services import keep
from tallystick.foundation.audit.acts import Subject
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.rules import Role
from tallystick.partners.partnerships.models import Code, Link, Partner, Partnership
from tallystick.partners.partnerships.services.links import open_link
from tallystick.partners.partnerships.services.partnerships import open_partnership
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.services.archive import archive
from tallystick.partners.programs.services.programs import open_program
from tests.builders import Brand, alice, bob, day, purchase
from tests.doors.console_cast import Browser
from tests.houses import twins
from tests.people import TESTER, person, seat, signed_in

__all__ = ["twins"]

SECRETS = ("zqvvisitor", "zqvcustomer", "zqvorder", "zqvaccount", "4711", "zqvbob", "Bob")
"""Of whoever came and ordered, and of another partner: none of it may stand in the portal."""


class Portal:
    """Acme's portal as Alice's people see it, ten days after the story began."""

    def __init__(self) -> None:
        self.brand = Brand("Acme")
        self.brand.defines("purchase", primary=True, events=["purchase"], denominator="clicks")
        with brand_scope(self.brand.id):
            self.alice = Partner.objects.get(key="alice")
            self.works = Partnership.objects.get(partner=self.alice)
        self.person = person("Alice Moreau")
        seat(self.person, self.brand.id, Role.PARTNER, partner=self.alice)
        self.client = signed_in(self.person)

    def address(self, page: str, *rest: str, partner: str = "alice") -> str:
        return reverse(f"portal:{page}", args=[self.brand.key, partner, *rest])

    def reads(self, page: str, *rest: str, query: str = "") -> str:
        """The words of a page, which must be there and hold no secret."""
        address = f"{self.address(page, *rest)}{query}"
        found = Browser(self.client).get(address)
        assert [word for word in SECRETS if word in found.html] == []
        return found.words

    def accepts(self, partnership: Partnership, partner: str = "alice") -> Any:
        return self.client.post(self.address("accept", ids.show("pns", partnership.id), partner=partner))

    def in_program(self, key: str, *, state: str, partner: Partner | None = None) -> Partnership:
        """A partnership in one more program."""
        with brand_scope(self.brand.id):
            program = Program.objects.filter(key=key).first() or open_program(
                key=key, name=key.title(), currency="EUR", zone="UTC", history_from=None, by=TESTER
            )
            return open_partnership(program=program, partner=partner or self.alice, state=state, by=TESTER)

    def partner(self, key: str) -> Partner:
        with brand_scope(self.brand.id):
            found: Partner = Partner.objects.get(key=key)
            return found

    def happens(self, *, clicks: int = 3) -> None:
        """Visitors come by Alice's link; the first of them also by Bob's, and buys."""
        who = {"customer": "zqvcustomer", "account": "zqvaccount"}
        self.brand.receives(
            *(alice.click(f"zqvvisitor{n}", at=1 + n / 1000, link="alice-1", **who) for n in range(clicks)),
            bob.click("zqvvisitor0", at=0.5),
            purchase("zqvorder1", at=2, visitor="zqvvisitor0", amount="4711.00"),
        )


@pytest.fixture
def portal(twins, django_db_blocker) -> Iterator[Portal]:
    with (
        django_db_blocker.unblock(),
        twins[0].entered(),
        time_machine.travel(day(10), tick=False),
    ):
        yield Portal()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("applied", "You applied."),
        ("invited", "Nothing is counted before you accept."),
        ("onboarding", "You accepted."),
        ("active", "has not defined yet what counts"),
    ],
)
def test_a_partnership_says_where_it_stands_and_what_comes_next(portal, state, said):
    portal.in_program("wholesale", state=state)
    page = portal.reads("home")
    assert "Wholesale" in page
    assert said in page
    assert ("Accept the invitation" in page) == (state == "invited")


@pytest.mark.parametrize(("verb", "said"), [("pause", "is paused"), ("end", "has ended")])
def test_what_was_earned_before_a_pause_or_an_end_stays_on_the_page(portal, verb, said):
    portal.happens()
    portal.brand.takes(verb, alice, at=5)
    page = portal.reads("home")
    assert said in page
    assert "What you earned before stays earned." in page
    assert "of 3 clicks" in page


def test_without_a_partnership_there_is_nothing_to_do_and_that_is_said(portal):
    with brand_scope(portal.brand.id):
        newcomer = Partner(key="newcomer", name="Newcomer", kind="content")
        newcomer.save()
    seat(portal.person, portal.brand.id, Role.PARTNER, partner=newcomer)
    assert (
        "No partnership yet" in Browser(portal.client).get(portal.address("home", partner="newcomer")).words
    )


def test_a_rate_stands_with_its_period_and_opens_to_what_is_counted_in_it(portal):
    portal.happens()
    found = Browser(portal.client).get(portal.address("home"))
    assert "Not enough evidence: 3 clicks" in found.words
    assert "all days:" in found.words
    assert portal.address("counted", "shop") in found.links
    page = portal.reads("counted", "shop")
    assert page.count("alice-1") == page.count("Blog") == 3
    assert page.count("Converted, credited to you") == 1
    assert page.count("Not converted yet") == 2


def test_what_is_counted_comes_in_pages(portal):
    portal.happens(clicks=53)
    first, second = (portal.reads("counted", "shop", query=f"?page={n}") for n in (1, 2))
    assert (first.count("alice-1"), second.count("alice-1")) == (50, 3)
    assert "Later" in first
    assert "Earlier" in second
    assert "Later" not in second


def test_on_the_period_basis_the_shares_of_conversions_are_listed(portal):
    portal.brand.defines(
        "purchase",
        primary=True,
        events=["purchase"],
        denominator="clicks",
        basis="period",
        effective_on=day(-20).date(),
    )
    portal.happens()
    page = portal.reads("counted", "shop")
    assert "Your shares of conversions" in page
    assert "100 %" in page


@pytest.mark.parametrize("asked", ["nothing", "wholesale", "shop?page=0", "shop?page=x"])
def test_what_was_not_counted_for_the_partner_cannot_be_opened(portal, asked):
    portal.in_program("wholesale", state="active", partner=portal.partner("bob"))
    program, _, query = asked.partition("?")
    address = portal.address("counted", program)
    assert portal.client.get(f"{address}?{query}").status_code == 404


def test_links_and_codes_are_the_partners_own_and_only_those_that_are_live(portal):
    with brand_scope(portal.brand.id):
        of_bob = Partnership.objects.get(partner__key="bob")
        open_link(of_bob, key="zqvbob-1", destination="https://acme.example/", by=TESTER)
        put_away = open_link(portal.works, key="alice-old", destination="https://acme.example/old", by=TESTER)
        archive(put_away, by=TESTER)
        live: list[Link | Code] = [
            *Link.objects.filter(partnership=portal.works, archived_at=None),
            *Code.objects.filter(partnership=portal.works),
        ]
    page = portal.reads("links")
    assert [row.key for row in live if row.key not in page] == []
    assert "alice-old" not in page


def test_only_documents_that_are_shared_are_listed(portal):
    with brand_scope(portal.brand.id):
        subject = Subject("pns", portal.works.id, portal.works.handle)
        for name, is_shared in (("agreement.txt", True), ("zqvbob-assessment.txt", False)):
            keep(name=name, content=name.encode(), by=TESTER, subject=subject, is_shared=is_shared)
    assert "agreement.txt" in portal.reads("documents")


def test_a_partner_changes_its_details_and_the_audit_trail_says_who(portal):
    said = {"website": "https://alice.example/new", "contact": "hello@alice.example"}
    answer = portal.client.post(portal.address("details"), said)
    assert answer.status_code == 302
    now = portal.partner("alice")
    assert (now.website, now.contact, now.name, now.kind) == (
        *said.values(),
        portal.alice.name,
        portal.alice.kind,
    )
    line = AuditLine.objects.filter(brand_id=portal.brand.id).latest("id")
    assert (line.act, line.actor_name) == ("partner.changed", "Alice Moreau")


def test_details_that_cannot_be_are_refused_beside_the_field(portal):
    answer = portal.client.post(portal.address("details"), {"website": "no address", "contact": "nobody"})
    assert answer.status_code == 400
    assert portal.partner("alice").website == portal.alice.website


def test_a_partner_accepts_one_more_program(portal):
    offered = portal.in_program("wholesale", state="invited")
    answer = portal.accepts(offered)
    assert answer["Location"] == portal.address("home")
    assert "You accepted the invitation to Wholesale." in portal.reads("home")
    with brand_scope(portal.brand.id):
        assert Partnership.objects.get(id=offered.id).state == "onboarding"
    assert portal.accepts(offered).status_code == 409


def test_nobody_accepts_for_another(portal):
    of_bob = portal.in_program("wholesale", state="invited", partner=portal.partner("bob"))
    assert portal.accepts(of_bob).status_code == 404
    assert portal.accepts(of_bob, partner="bob").status_code == 404
    assert portal.client.post(portal.address("accept", "nonsense")).status_code == 404
    assert portal.client.post(portal.address("accept", ids.show("prt", portal.works.id))).status_code == 404
    with brand_scope(portal.brand.id):
        assert Partnership.objects.get(id=of_bob.id).state == "invited"


@pytest.mark.parametrize("page", [["home"], ["links"], ["documents"], ["details"], ["counted", "shop"]])
def test_another_partner_of_the_brand_and_a_partner_of_another_brand_find_nothing(portal, page):
    elsewhere = Portal()
    assert portal.client.get(portal.address(*page, partner="bob")).status_code == 404
    assert elsewhere.client.get(portal.address(*page)).status_code == 404


def test_the_frame_promises_only_what_the_portal_keeps(portal):
    page = portal.reads("home")
    assert "receipts" not in page
    assert "Every rate opens to what is counted in it." in page
