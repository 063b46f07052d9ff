"""The pages of approvals: what waits for a second person, what it would change, and what was decided."""

import pytest

from tallystick.foundation.audit.acts import Subject
from tallystick.kit import ids
from tallystick.partners.accounts.models import Proposal
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services import proposals
from tallystick.partners.accounts.services.proposals import on_approval, propose
from tallystick.partners.partnerships.models import Partner
from tests.doors.people_cast import Office, office
from tests.modules.accounts_cast import acting

__all__ = ["office"]

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def rename(proposal, _by) -> None:
    Partner.objects.filter(key="alice").update(name=proposal.payload["name"])


def compared(proposal):
    return [("Name", Partner.objects.get(key="alice").name, proposal.payload["name"])]


@pytest.fixture(autouse=True)
def rename_needs_two(monkeypatch):
    monkeypatch.setattr(proposals, "KINDS", {})
    on_approval("rename", right="partners.change", run=rename, shows=compared)


def proposed(office: Office, by, name: str = "Alice’s Blog") -> str:
    with office.scope():
        subject = Subject("prt", office.alice.id, "Alice")
        says = f"Call Alice “{name}”"
        made = propose(kind="rename", subject=subject, says=says, payload={"name": name}, by=acting(by))
    return ids.show("apv", made.id)


def seen(office: Office) -> str:
    with office.scope():
        return Proposal.objects.latest("id").digest


def name_now(office: Office) -> str:
    with office.scope():
        return Partner.objects.get(key="alice").name


def test_what_waits_is_listed_for_everybody_with_what_it_would_change(office):
    text = proposed(office, office.ann)
    page = office.reads(office.vera, "approvals")
    assert "Call Alice “Alice’s Blog”" in page.words
    assert office.at(f"approvals/{text}") in page.links
    page = office.reads(office.vera, f"approvals/{text}")
    assert (page.one("del").text, page.one("ins").text) == ("Alice", "Alice’s Blog")
    assert f"{seen(office)[:12]}…" in page.words
    assert "Somebody else decides." in page.words


def test_another_person_approves_and_it_is_done(office):
    text = proposed(office, office.ann)
    assert "Approve and do it" in office.reads(office.max, f"approvals/{text}").words
    office.posts(office.max, f"approvals/{text}/approve", seen=seen(office), reason="agreed")
    assert name_now(office) == "Alice’s Blog"
    assert "Nothing waits for a second person" in office.reads(office.ann, "approvals").words
    words = office.reads(office.ann, "approvals?waits=no").words
    assert "approved" in words
    assert "Max" in words
    assert "agreed" in office.reads(office.ann, f"approvals/{text}").words


def test_the_maker_is_told_to_find_another_and_can_take_it_back(office):
    text = proposed(office, office.ann)
    words = office.reads(office.ann, f"approvals/{text}").words
    assert "Another person has to decide." in words
    assert "Approve and do it" not in words
    refused = office.posts(office.ann, f"approvals/{text}/approve", 409, seen=seen(office))
    assert "You proposed this yourself." in refused.words
    office.posts(office.ann, f"approvals/{text}/withdraw")
    assert "withdrawn" in office.reads(office.ann, "approvals?waits=no").words
    assert name_now(office) == "Alice"


def test_whoever_declines_says_why(office):
    text = proposed(office, office.ann)
    page = office.posts(office.max, f"approvals/{text}/decline", 400, seen=seen(office), reason=" ")
    assert "Say why" in page.words
    office.posts(office.max, f"approvals/{text}/decline", seen=seen(office), reason="too long")
    assert "too long" in office.reads(office.vera, f"approvals/{text}").words
    assert name_now(office) == "Alice"
    again = office.posts(office.max, f"approvals/{text}/approve", 409, seen=seen(office))
    assert "decided already" in again.words


def test_what_was_not_shown_is_not_approved(office):
    text = proposed(office, office.ann)
    refused = office.posts(office.max, f"approvals/{text}/approve", 409, seen="0" * 64)
    assert "not what you were shown" in refused.words
    office.posts(office.max, f"approvals/{text}/approve", 400)
    assert name_now(office) == "Alice"


def test_who_may_not_decide_is_told_who_may(office):
    text = proposed(office, office.ann)
    refused = office.posts(office.vera, f"approvals/{text}/approve", 403, seen=seen(office))
    assert "is for: manager, owner" in refused.words
    compliance = office.has("Cora", Role.COMPLIANCE)
    office.posts(compliance, f"approvals/{text}/withdraw", 409)


def test_the_navigation_counts_what_waits(office):
    proposed(office, office.ann)
    proposed(office, office.ann, "Another")
    assert "Approvals 2" in office.reads(office.max, "team").words


def test_a_proposal_of_another_brand_is_not_there(office):
    zoes = Office("Zoe")
    text = proposed(zoes, zoes.ann)
    office.reads(office.max, f"approvals/{text}", 404)
    office.posts(office.max, f"approvals/{text}/approve", 404, seen=seen(zoes))
    assert name_now(zoes) == "Alice"
