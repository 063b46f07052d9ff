"""Definitions and settings in the console: a version is looked at before it is published, by two people where asked."""

import re

import pytest

from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.partners.accounts.models import Proposal
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.proposals import approve
from tallystick.partners.programs import models as programs
from tallystick.partners.programs.models import Definition, DefinitionVersion
from tests.builders import Brand
from tests.doors.console_cast import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def acme() -> Brand:
    brand = Brand("Acme")
    brand.defines("sale", primary=True, windows={"click": 30})
    return brand


def of(brand: Brand, role: Role, name: str = "Ada") -> Browser:
    browser = Browser.of(name)
    browser.sits_in(brand.id, role)
    return browser


def form_of(page) -> dict[str, list[str]]:
    """What a browser would send of the form on a page."""
    said: dict[str, list[str]] = {}
    chosen = ""
    for each in page.elements:
        name, kind = each.attributes.get("name"), each.attributes.get("type")
        if each.tag == "select":
            chosen = name or ""
        if each.tag == "option" and "selected" in each.attributes:
            said.setdefault(chosen, []).append(each.attributes["value"] or "")
        if each.tag == "textarea":
            said.setdefault(name or "", []).append(each.text.strip())
        if each.tag == "input" and (kind not in ("checkbox", "radio") or "checked" in each.attributes):
            nothing = "on" if kind == "checkbox" else ""
            said.setdefault(name or "", []).append(each.attributes.get("value") or nothing)
    return {name: values for name, values in said.items() if name not in ("", "csrfmiddlewaretoken", "q")}


def at_new_version(brand: Brand) -> str:
    with brand_scope(brand.id):
        return f"/{brand.key}/definitions/{ids.show('cdf', Definition.objects.get(key='sale').id)}/new"


def written(browser: Browser, brand: Brand, **said) -> dict:
    page = browser.get(at_new_version(brand))
    return {**form_of(page), "effective_on": "2026-06-01", **said}


def test_a_version_is_begun_from_the_one_before_looked_at_and_published(acme):
    manager = of(acme, Role.MANAGER)
    said = written(manager, acme, window_click="14", model="linear")
    assert said["step"] == ["look"]
    looked = manager.client.post(at_new_version(acme), said).content.decode()
    assert "click 30" in looked
    assert "click 14" in looked
    assert "last touch" in looked
    with brand_scope(acme.id):
        assert DefinitionVersion.objects.count() == 1
    answer = manager.client.post(at_new_version(acme), {**said, "step": "publish"}, follow=True)
    assert "Version 2 is published" in answer.content.decode()
    with brand_scope(acme.id):
        version = DefinitionVersion.objects.get(version=2)
        assert (version.meaning["windows"], version.meaning["model"]) == ({"click": 14}, "linear")
    page = manager.get(at_new_version(acme).removesuffix("/new"))
    assert "click 14 days" in page.words


def test_what_cannot_be_meant_is_said_and_nothing_is_published(acme):
    manager = of(acme, Role.MANAGER)
    for said, words in (
        ({"effective_on": "2020-01-01"}, "later"),
        ({"denominator": "leads"}, "leads_from"),
        ({"where": "no equals sign"}, "attribute = value"),
        ({"events": []}, "required"),
    ):
        answer = manager.client.post(
            at_new_version(acme), {**written(manager, acme), **said, "step": "publish"}
        )
        assert answer.status_code == 400, words
        assert words in answer.content.decode()
    with brand_scope(acme.id):
        assert DefinitionVersion.objects.count() == 1


def test_a_new_definition_is_published(acme):
    owner = of(acme, Role.OWNER)
    said = {**form_of(owner.get(f"/{acme.key}/definitions/new")), "key": "lead", "name": "Lead"}
    said |= {"effective_on": "2026-01-01", "events": ["lead"], "step": "publish"}
    assert owner.client.post(f"/{acme.key}/definitions/new", said).status_code == 302
    assert "Lead" in owner.get(f"/{acme.key}/definitions").words


def test_only_who_may_publish_finds_the_way(acme):
    viewer = of(acme, Role.VIEWER)
    assert at_new_version(acme) not in viewer.get(at_new_version(acme).removesuffix("/new")).links
    assert viewer.client.get(at_new_version(acme)).status_code == 403


def test_two_people_are_needed_once_the_brand_says_so_and_two_to_end_it(acme):
    owner, manager = of(acme, Role.OWNER), of(acme, Role.MANAGER, "Max")
    at = f"/{acme.key}/settings"
    settings = {**form_of(owner.get(at)), "needs_second_person": "on"}
    assert owner.client.post(at, settings).status_code == 302
    said = {**written(manager, acme, model="linear"), "step": "publish"}
    assert manager.client.post(at_new_version(acme), said).status_code == 302
    with brand_scope(acme.id):
        assert DefinitionVersion.objects.count() == 1
        assert Proposal.objects.get().kind == "definition.publish"
    assert "It waits for a second person" in owner.get(at_new_version(acme).removesuffix("/new")).words
    waiting = re.search(r"/approvals/apv_\w+", owner.get(f"/{acme.key}/approvals").html)
    asked = owner.get(f"/{acme.key}{waiting[0]}").words
    assert re.search(r"model\s*last touch\s*linear", asked), "against the version that it takes over from"
    assert "windows" not in asked, "what stays is not shown"
    alone = form_of(owner.get(at))
    del alone["needs_second_person"]
    assert owner.client.post(at, alone).status_code == 302
    with brand_scope(acme.id):
        assert programs.Brand.objects.get(id=acme.id).needs_second_person
        proposal = Proposal.objects.get(kind="brand.one_person")
        approve(proposal, seen=proposal.digest, by=by(manager))
    assert not programs.Brand.objects.get(id=acme.id).needs_second_person


def by(browser: Browser):
    """The actor that a browser's person is."""
    return Actor(ActorKind.PERSON, browser.who.name, browser.who.id)


def test_nobody_needs_a_second_person_who_is_alone(acme):
    owner = of(acme, Role.OWNER)
    at = f"/{acme.key}/settings"
    answer = owner.client.post(at, {**form_of(owner.get(at)), "needs_second_person": "on", "name": "Renamed"})
    assert answer.status_code == 400
    assert "Two people must be able to approve a version; here 1 can" in answer.content.decode()
    assert programs.Brand.objects.get(id=acme.id).name == "Acme"


def test_settings_that_somebody_changed_meanwhile_are_not_written_over(acme):
    owner = of(acme, Role.OWNER)
    at = f"/{acme.key}/settings"
    first = form_of(owner.get(at))
    assert owner.client.post(at, {**first, "name": "Acme Shops"}).status_code == 302
    answer = owner.client.post(at, {**first, "zone": "Europe/Paris"})
    assert answer.status_code == 400
    assert "meanwhile" in re.sub(r"\s+", " ", answer.content.decode())
