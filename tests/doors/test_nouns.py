"""What people keep: opened, changed, put away; the same form for every door, and nobody writes over anybody."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tallystick.doors.nouns.all import NOUNS
from tallystick.doors.nouns.cells import meant, safe
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.rules import RIGHTS, Role
from tallystick.partners.partnerships.models import Campaign, Partner, Partnership
from tests.builders import Brand
from tests.doors.console_cast import Browser
from tests.people import TESTER, person, seat, signed_in

pytestmark = pytest.mark.django_db

DORA = {"key": "dora", "name": "Dora", "kind": "creator", "website": "https://dora.example/", "contact": ""}


@pytest.fixture
def acme() -> Brand:
    return Brand("Acme")


@pytest.fixture
def manager(acme) -> Browser:
    return of(acme, Role.MANAGER)


def of(brand: Brand, role: Role) -> Browser:
    """The browser of somebody with a role."""
    somebody = person("Max")
    seat(somebody, brand.id, role)
    return Browser(signed_in(somebody))


def row_id(brand: Brand, noun: str, handle: str) -> str:
    with brand_scope(brand.id):
        return NOUNS[noun].values(NOUNS[noun].find(handle))["id"]


def value(page, name: str) -> str:
    """What stands in a field of a form."""
    (field,) = [each for each in page.all("input") if each.attributes.get("name") == name]
    return field.attributes.get("value") or ""


def test_what_is_new_is_opened_and_written_down(manager, acme):
    answer = manager.client.post(f"/{acme.key}/partners/new", DORA)
    assert answer.status_code == 302
    page = manager.get(answer["Location"])
    assert "Dora" in page.one("h1").text
    with brand_scope(acme.id):
        line = AuditLine.objects.get(act="partner.opened", label="dora")
    assert (line.actor_name, line.changes["kind"]) == ("Max", [None, "creator"])


def test_a_form_sent_twice_makes_one_thing(manager, acme):
    first = manager.client.post(f"/{acme.key}/partners/new", DORA)
    second = manager.client.post(f"/{acme.key}/partners/new", DORA)
    assert first["Location"] == second["Location"]
    other = manager.client.post(f"/{acme.key}/partners/new", {**DORA, "name": "Another Dora"})
    assert other.status_code == 400
    assert "choose another key" in other.content.decode()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("key", "not a key", "letters without accents"),
        ("kind", "friend", "is none of: affiliate"),
        ("website", "javascript:alert(1)", "URL"),
        ("contact", "nobody", "email"),
        ("name", "", "required"),
        ("name", "half\ud800", "half there"),
    ],
)
def test_a_mistake_is_told_beside_its_field(acme, field, text, said):
    form = NOUNS["partner"].asked({**DORA, field: text})
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert said in str(form.errors[field])


def test_an_edit_says_what_changed_and_leaves_the_rest(manager, acme):
    at = f"/{acme.key}/partners/{row_id(acme, 'partner', 'alice')}"
    page = manager.get(f"{at}/edit")
    assert [each for each in page.all("input") if each.attributes.get("name") == "key"] == []
    said = {
        "name": "Alice & Co",
        "kind": "content",
        "website": "",
        "contact": "",
        "seen": value(page, "seen"),
    }
    answer = manager.client.post(f"{at}/edit", said, follow=True)
    assert "Name: Alice → Alice &amp; Co" in answer.content.decode()
    with brand_scope(acme.id):
        assert Partner.objects.get(key="alice").name == "Alice & Co"


def test_nobody_writes_over_what_another_has_changed_meanwhile(manager, acme):
    at = f"/{acme.key}/partners/{row_id(acme, 'partner', 'alice')}/edit"
    said = {"name": "Mine", "kind": "content", "seen": value(manager.get(at), "seen")}
    other = of(acme, Role.OWNER)
    other.client.post(at, {**said, "name": "Theirs", "seen": value(other.get(at), "seen")})
    answer = manager.client.post(at, said)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody changed this meanwhile" in page
    assert "Theirs" in page
    assert "Mine" in page
    again = re.search(r'name="seen" value="(\w+)"', page)
    assert manager.client.post(at, {**said, "seen": again[1]}).status_code == 302
    with brand_scope(acme.id):
        assert Partner.objects.get(key="alice").name == "Mine"


def test_a_fixed_field_stays_whoever_sends_it(manager, acme):
    with brand_scope(acme.id):
        link = NOUNS["link"].find("alice-1")
        form = NOUNS["link"].asked({"partnership": "shop/bob"}, link)
        assert list(form.errors) == ["partnership"]
        assert NOUNS["link"].asked({"partnership": "shop/alice"}, link).is_valid()


def test_a_reference_takes_an_id_or_a_handle_and_nothing_that_is_archived(manager, acme):
    given = {"partnership": "shop/alice", "key": "x", "destination": "https://acme.example/"}
    with brand_scope(acme.id):
        blog = NOUNS["placement"].find("shop/alice/blog")
        by_id = {
            **given,
            "partnership": row_id(acme, "partnership", "shop/alice"),
            "placement": "shop/alice/blog",
        }
        assert NOUNS["link"].asked(by_id).is_valid()
        archive = NOUNS["placement"].act("archive")
        archive.run(blog, TESTER, "")
        form = NOUNS["link"].asked(by_id)
        assert "archived" in str(form.errors["placement"])
        standing = NOUNS["link"].find("alice-1")
        assert NOUNS["link"].asked({"destination": "https://acme.example/new"}, standing).is_valid()
        assert "no partnership" in str(
            NOUNS["link"].asked({**given, "partnership": "shop/zoe"}).errors["partnership"]
        )


def test_money_is_decimal_text_in_the_currency_of_the_program(manager, acme):
    said = {
        "program": "shop",
        "key": "spring",
        "name": "Spring",
        "starts_on": "2026-03-01",
        "ends_on": "2026-04-01",
        "cost": "1,250.50",
        "goal": "",
    }
    assert manager.client.post(f"/{acme.key}/campaigns/new", said).status_code == 302
    with brand_scope(acme.id):
        spring = Campaign.objects.select_related("program").get(key="spring")
        assert spring.cost_minor == 125050
        assert NOUNS["campaign"].values(spring)["cost"] == "1250.50"
        assert "decimal digits" in str(NOUNS["campaign"].asked({**said, "cost": "1.005"}).errors["cost"])
        assert list(NOUNS["campaign"].asked({**said, "ends_on": "2026-03-01"}).errors) == ["ends_on"]


def test_an_act_is_asked_once_more_and_then_done_to_all(manager, acme):
    at = f"/{acme.key}/partnerships/acts/pause"
    ids = [row_id(acme, "partnership", f"shop/{key}") for key in ("alice", "bob")]
    page = manager.get(f"{at}?row={ids[0]}&row={ids[1]}")
    assert "shop/alice" in page.words
    assert "shop/bob" in page.words
    assert manager.client.post(at, {"row": ids, "reason": ""}).status_code == 400
    assert manager.client.post(at, {"row": ids, "reason": "Holidays"}).status_code == 302
    with brand_scope(acme.id):
        assert Partnership.objects.filter(state="paused").count() == 2
    again = manager.client.post(at, {"row": ids, "reason": "Holidays"}, follow=True)
    assert "there was nothing left to do" in again.content.decode()


def test_the_history_of_a_partnership_and_who_did_what_stand_on_its_page(acme):
    owner, one = of(acme, Role.OWNER), row_id(acme, "partnership", "shop/alice")
    owner.client.post(f"/{acme.key}/partnerships/acts/pause", {"row": one, "reason": "A broken link"})
    words = owner.get(f"/{acme.key}/partnerships/{one}").words
    assert "A broken link" in words
    assert "partnership.paused" in words
    viewer = of(acme, Role.VIEWER).get(f"/{acme.key}/partnerships/{one}").words
    assert "partnership.paused" not in viewer
    assert "Documents" not in viewer


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.PARTNER, Role.ADMINISTRATOR)])
@pytest.mark.parametrize("noun", ["partner", "program"])
def test_only_who_may_change_finds_the_way_to_change(acme, noun, role):
    kept, browser = NOUNS[noun], of(acme, role)
    may = role in RIGHTS[kept.change].roles
    page = browser.get(f"/{acme.key}/{kept.plural}")
    assert (f"/{acme.key}/{kept.plural}/new" in page.links) is may
    assert browser.client.get(f"/{acme.key}/{kept.plural}/new").status_code == (200 if may else 403)
    assert browser.client.post(f"/{acme.key}/{kept.plural}/new", {}).status_code == (400 if may else 403)


def test_compliance_may_pause_and_may_not_end(acme):
    compliance, one = of(acme, Role.COMPLIANCE), row_id(acme, "partnership", "shop/bob")
    at = f"/{acme.key}/partnerships/acts"
    assert compliance.client.post(f"{at}/pause", {"row": one, "reason": "A check"}).status_code == 302
    assert compliance.client.post(f"{at}/end", {"row": one, "reason": "A check"}).status_code == 403


def test_another_brands_rows_are_not_there(acme):
    zoe = Brand("Zoe")
    stranger, alice = of(zoe, Role.OWNER), row_id(acme, "partner", "alice")
    assert stranger.client.get(f"/{acme.key}/partners/{alice}").status_code == 404
    assert stranger.client.get(f"/{zoe.key}/partners/{alice}").status_code == 404
    assert stranger.client.post(f"/{zoe.key}/partners/acts/archive", {"row": alice}).status_code == 404


def test_documents_are_added_shared_and_removed(acme):
    owner, one = of(acme, Role.OWNER), row_id(acme, "partnership", "shop/alice")
    at = f"/{acme.key}/partnerships/{one}"
    paper = SimpleUploadedFile("terms.txt", b"We agree.\n", content_type="text/plain")
    assert owner.client.post(f"{at}/documents", {"file": paper}).status_code == 302
    page = owner.get(at)
    assert "terms.txt" in page.words
    (share,) = [
        form.attributes["action"]
        for form in page.all("form")
        if "/share" in (form.attributes.get("action") or "")
    ]
    owner.client.post(share, {"is_shared": "yes"})
    assert "the partner sees it" in owner.get(at).words
    owner.client.post(share.replace("/share", "/remove"))
    assert "No documents yet" in owner.get(at).words


@pytest.mark.parametrize(
    "text", ["=1+1", "'=1+1", "''=x", "plain", "'quoted'", "-5", "@x", "+49 30", "'", "''", ""]
)
def test_a_cell_means_what_it_was_and_starts_no_formula(text):
    assert meant(safe(text)) == text
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))
