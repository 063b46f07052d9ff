"""What stands around the pages: navigation by role, switcher, theme, search, errors; every text can be translated."""

import re

import pytest
from django.template import loader
from django.test import Client, RequestFactory
from django.urls import reverse

from tallystick.design import states
from tallystick.design.templatetags.design import ICONS
from tallystick.doors import errors
from tallystick.doors.navigation import CONSOLE, DOORS
from tallystick.doors.shell import Shell
from tallystick.kit import ids
from tallystick.partners.accounts.rules import RIGHTS, Role
from tests.doors.console_cast import Read
from tests.doors.marked_language import Unmarked, marking
from tests.house.sources import PACKAGE
from tests.modules.accounts_cast import Company
from tests.people import seat, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

WITHIN = {"console": ["acme"], "portal": ["acme", "alice"], "installation": [], "account": []}
ENTRIES = [(door, entry) for door, sections in DOORS.items() for each in sections for entry in each.entries]


@pytest.fixture
def acme() -> Company:
    """Acme with Alice, its partner."""
    return Company("Acme")


@pytest.fixture
def zoe() -> Company:
    """Another brand, with an Alice of its own."""
    return Company("Zoe")


def browser_of(company: Company, role: Role) -> Client:
    """The browser of somebody with a role."""
    return signed_in(company.has(role.value.title(), role))


def at(company: Company, name: str, *rest: str) -> str:
    """The address of a page of a brand."""
    return reverse(name, args=[company.brand.key, *rest])


def links(client: Client, path: str) -> list[str]:
    """Where the navigation of a page leads."""
    page = client.get(path).content.decode()
    return re.findall(r'<li><a href="([^"]+)"', page[page.index('<div class="nav"') : page.index("</nav>")])


def of_noun(entry) -> list[str]:
    return [entry.noun] if entry.noun else []


@pytest.mark.parametrize(("door", "entry"), ENTRIES, ids=lambda each: getattr(each, "here", each))
def test_every_entry_of_the_navigation_leads_somewhere(door, entry):
    assert reverse(entry.name, args=[*WITHIN[door], *of_noun(entry)])


@pytest.mark.parametrize("door", DOORS)
def test_no_two_entries_call_themselves_the_same_and_each_right_is_of_the_table(door):
    entries = [entry for section in DOORS[door] for entry in section.entries]
    assert len({entry.here for entry in entries}) == len(entries)
    assert {entry.right for entry in entries if entry.right} <= RIGHTS.keys()


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER, Role.COMPLIANCE])
def test_the_navigation_shows_exactly_what_a_role_may_read(acme, role):
    client = browser_of(acme, role)
    shown = set(links(client, at(acme, "console:search")))
    for section in CONSOLE:
        for entry in section.entries:
            url = at(acme, entry.name, *of_noun(entry))
            assert (url in shown) == (role in RIGHTS[entry.right].roles), entry.here


def test_the_page_one_is_on_is_marked(acme):
    client = browser_of(acme, Role.OWNER)
    page = client.get(at(acme, "console:quarantine")).content.decode()
    assert page.count('aria-current="page"') == 1
    assert f'href="{at(acme, "console:quarantine")}" aria-current="page"' in page


def test_the_switcher_names_every_brand_and_partner_of_a_person_and_no_other(acme, zoe):
    user = acme.has("Ines", Role.OWNER)
    seat(user, zoe.id, Role.PARTNER, partner=zoe.alice)
    request = RequestFactory().get("/")
    request.user = user
    places = {place.name: place.url for place in Shell(request).places}
    assert places == {"Acme": at(acme, "console:answer"), "Alice": at(zoe, "portal:home", "alice")}


def test_a_theme_is_kept_and_stands_in_the_first_byte(client):
    answer = client.post(reverse("theme"), {"theme": "dark", "next": "/-/components"})
    assert answer["Location"] == "/-/components"
    assert '<html lang="en" data-theme="dark">' in client.get("/-/components").content.decode()
    client.post(reverse("theme"), {"theme": "", "next": "/"})
    assert "data-theme=" not in client.get("/-/components").content.decode()[:400]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_theme_leads_back_into_the_house_only(client, back):
    assert client.post(reverse("theme"), {"theme": "dark", "next": back})["Location"] == "/"


def test_a_theme_that_does_not_exist_is_not_taken(client):
    client.cookies["theme"] = 'dark"><script>'
    assert "<script>" not in client.get("/-/components").content.decode()


# ---- search


def found(acme: Company, client: Client, text: str) -> list[str]:
    answer = client.get(at(acme, "console:search"), {"q": text}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    return re.findall(r'role="option"[^>]*href="([^"]+)"', answer.content.decode())


def test_search_finds_pages_and_partners_by_name(acme):
    client = browser_of(acme, Role.VIEWER)
    assert at(acme, "console:nouns", "codes") in found(acme, client, "codes")
    assert any(f"/{acme.brand.key}/partners/prt_" in link for link in found(acme, client, "alice"))


def test_search_leads_an_id_to_its_trace(acme):
    client = browser_of(acme, Role.VIEWER)
    text = "evt_01kaf0q4zzzzzzzzzzzzzzzzzz"
    assert found(acme, client, text) == [at(acme, "console:trace", text)]


def test_search_offers_no_page_that_the_role_may_not_read(acme):
    assert at(acme, "console:keys") in found(acme, browser_of(acme, Role.OWNER), "keys")
    assert found(acme, browser_of(acme, Role.VIEWER), "keys") == []


def test_search_finds_nothing_of_another_brand(acme, zoe):
    client = browser_of(acme, Role.OWNER)
    assert found(acme, client, ids.show("prt", zoe.alice.id)) == []
    assert client.get(at(zoe, "console:search")).status_code == 404


def test_search_is_a_whole_page_without_script(acme):
    client = browser_of(acme, Role.VIEWER)
    page = Read(client.get(at(acme, "console:search"), {"q": "alice"}).content.decode())
    assert page.one("h1").text == "Search"
    assert any(f"/{acme.brand.key}/partners/prt_" in link for link in page.links)


# ---- errors


def test_what_is_not_there_is_told_in_the_shell_to_whoever_is_signed_in(acme, client):
    assert 'class="entrance"' in client.get("/nowhere/at/all").content.decode()
    answer = browser_of(acme, Role.OWNER).get("/nowhere/at/all")
    assert answer.status_code == 404
    assert 'class="shell' in answer.content.decode()


def test_a_missing_right_says_who_has_it(acme):
    answer = browser_of(acme, Role.VIEWER).get(at(acme, "console:noun_new", "partners"))
    assert answer.status_code == 403
    assert "manager, owner" in answer.content.decode()


def test_a_method_that_a_page_does_not_know_is_a_page_too(client):
    answer = client.post("/-/components")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "<h1>" in answer.content.decode()


def test_a_form_without_its_token_is_told_what_to_do():
    answer = Client(enforce_csrf_checks=True).post(reverse("theme"), {"theme": "dark"})
    assert answer.status_code == 403
    assert "load the page" in answer.content.decode()


def test_the_page_of_a_fault_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = errors.failed(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "tallystick doctor" in answer.content.decode()


def test_every_state_that_a_model_knows_has_a_look():
    from tallystick.partners.accounts.models import InvitationState, ProposalState
    from tallystick.partners.partnerships.rules import State

    known = {each.value for each in (*State, *InvitationState, *ProposalState)}
    assert known <= states.LOOKS.keys()


# ---- every text can be translated


@pytest.fixture
def marked(monkeypatch):
    """Everything is asked for in the marked language."""
    with marking(monkeypatch):
        yield


DATA = re.compile(
    r"Tallystick|· (Acme · )?Tallystick|(Acme|Alice|Bob|Mallory)[\w' ]*|Owner( ·)?|owner-\w+@example\.org"
    r"|Olivia Marten( ·)?|alice|bob|mallory|voucher|Gold|Silver|CSV|EUR|Esc|https://\S+"
    r"|\w+\.(read|change)|something else|: content|evt_…"
)
"""Names, keys and figures of the samples, and what is written the same in every language."""


@pytest.mark.parametrize("path", ["/-/components", "/nowhere/at/all"])
def test_no_text_for_a_stranger_is_left_untranslated(marked, client, path):
    assert [
        text for text in Unmarked(client.get(path).content.decode()).found if not DATA.fullmatch(text)
    ] == []


def test_no_text_of_the_shell_is_left_untranslated(marked, acme):
    client = browser_of(acme, Role.OWNER)
    for path in (
        at(acme, "console:search"),
        f"{at(acme, 'console:search')}?q=nothing+at+all",
        at(acme, "console:find"),
    ):
        text = client.get(path).content.decode()
        assert text.count("⟦") > 30
        assert [each for each in Unmarked(text).found if not DATA.fullmatch(each)] == []


def test_the_page_of_a_fault_is_translated(marked):
    text = loader.render_to_string("design/failed.html", {})
    assert [each for each in Unmarked(text).found if not DATA.fullmatch(each)] == []


def test_an_unmarked_text_would_be_found():
    assert Unmarked("<p>⟦Here⟧ and there</p>").found == ["and there"]


def test_every_drawing_that_a_template_asks_for_is_there():
    for template in PACKAGE.rglob("templates/**/*.html"):
        for name in re.findall(r'{% icon "([^"]+)" %}', template.read_text()):
            assert (ICONS / f"{name}.svg").exists(), f"{template.name}: {name}"
