"""The page of the audit trail: who did what, found again, opened, taken along; and whether it is sealed."""

import csv
import io

import pytest

from tallystick.foundation.audit import services
from tallystick.foundation.audit.acts import Act, Subject
from tallystick.foundation.audit.models import AuditLine
from tallystick.kit import ids
from tallystick.partners.accounts.rules import Role
from tests.doors.people_cast import Office, office
from tests.modules.accounts_cast import acting
from tests.people import TESTER, signed_in

__all__ = ["office"]

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def does(office: Office, name: str = "partner.changed", label: str = "Alice", **fields) -> str:
    """Somebody does something; returns the id of the line."""
    changes = fields.pop("changes", {"name": ("Alice", "Alice’s Blog")})
    by = fields.pop("by", acting(office.ann))
    with office.scope():
        subject = Subject("prt", office.alice.id, label)
        services.record(Act(name, subject, by=by, changes=changes, **fields))
        return ids.show("aud", AuditLine.objects.latest("id").id)


def exported(office: Office, query: str = "") -> list[dict[str, str]]:
    answer = signed_in(office.ann).get(office.at(f"audit/export{query}"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_acts_are_listed_newest_first_and_each_opens_what_it_changed(office):
    does(office, "partner.opened", changes={"name": (None, "Alice")})
    text = does(office, reason="they asked")
    words = office.reads(office.ann, "audit").words
    assert words.index("partner.changed") < words.rindex("partner.opened")
    page = office.reads(office.ann, f"audit/{text}")
    assert (page.one("del").text, page.one("ins").text) == ("Alice", "Alice’s Blog")
    assert "they asked" in page.words
    assert ids.show("usr", office.ann.id) in page.words


def test_it_is_searched_and_narrowed(office):
    does(office)
    does(office, "partnership.paused", label="Bob", by=TESTER)
    assert "partnership.paused" not in body(office, "audit?q=alice")
    assert "partner.changed" not in body(office, "audit?act=partnership.paused")
    assert "partner.changed" not in body(office, "audit?actor=tests")
    assert "Nothing found" in body(office, "audit?since=2199-01-01")
    about = ids.show("prt", office.alice.id)
    assert "partner.changed" in body(office, f"audit?subject={about}")
    office.reads(office.ann, "audit?since=yesterday", 400)
    office.reads(office.ann, "audit?colour=red", 400)


def body(office: Office, page: str) -> str:
    """The words of the list itself, without what can be chosen above it."""
    found = [
        each for each in office.reads(office.ann, page).all("div") if each.attributes.get("id") == "list"
    ]
    return found[0].text


def test_it_says_how_far_it_is_sealed(office):
    does(office)
    assert "1 line waits for its seal." in office.reads(office.ann, "audit").words
    services.seal(limit=100)
    page = office.reads(office.ann, "audit")
    assert "Sealed up to" in page.words
    assert "tallystick audit verify" in page.words
    text = does(office)
    assert "1 line waits for its seal." in office.reads(office.ann, "audit").words
    assert "waits for its seal" in office.reads(office.ann, f"audit/{text}").words


def test_an_empty_trail_says_so(office):
    assert "Nothing was done yet" in office.reads(office.ann, "audit").words


def test_what_the_list_shows_is_taken_along_as_csv(office):
    does(office, label="=HYPERLINK(1)", reason="@SUM(1)")
    does(office, "partnership.paused")
    rows = exported(office)
    assert [row["act"] for row in rows] == ["partnership.paused", "partner.changed"]
    assert rows[1]["label"] == "'=HYPERLINK(1)"
    assert rows[1]["reason"] == "'@SUM(1)"
    assert rows[1]["actor"] == ids.show("usr", office.ann.id)
    assert rows[1]["changes"] == '{"name": ["Alice", "Alice’s Blog"]}'
    assert [row["act"] for row in exported(office, "?act=partnership.paused")] == ["partnership.paused"]
    assert signed_in(office.ann).get(office.at("audit/export?since=x")).status_code == 400


def test_pages_of_many_acts_follow_each_other(office):
    for number in range(60):
        does(office, label=f"Partner {number:02}")
    first = office.reads(office.ann, "audit")
    assert "60 in all" in first.words
    later = next(link for link in first.links if "after=" in link)
    assert "Partner 05" in office.reads(office.ann, f"audit{later}").words


def test_roles_without_the_right_are_told_who_has_it(office):
    assert "is for: compliance, finance, owner" in office.reads(office.max, "audit", 403).words
    assert "Nothing was done" in office.reads(office.has("Fay", Role.FINANCE), "audit").words


def test_what_was_done_in_another_brand_or_on_the_installation_is_not_there(office):
    zoes = Office("Zoe")
    hers = does(zoes, label="Zoë’s partner")
    services.record(Act("person.added", Subject("usr", office.ann.id, "Ann"), by=TESTER))
    installations = ids.show("aud", AuditLine.objects.latest("id").id)
    page = office.reads(office.ann, "audit")
    assert "Zoë’s partner" not in page.words
    assert "person.added" not in page.words
    for text in (hers, installations, ids.show("prt", ids.new()), "x"):
        office.reads(office.ann, f"audit/{text}", 404)
    assert exported(office) == []
