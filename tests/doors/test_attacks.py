"""What somebody tries who means harm, and finds closed: what is not already tried beside the part that it is about."""

import base64
import json
import struct
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from tallystick.foundation.attachments.types import TypeRefused, type_of
from tallystick.foundation.mail import services as mails
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.people import BadPerson, deactivate_person, rename_person
from tallystick.partners.accounts.services.seats import LastOwner
from tallystick.partners.partnerships.services.partners import open_partner
from tallystick.partners.programs.rules import why_not_address
from tallystick.partners.programs.values import BadValue
from tests.doors.every_door import doors
from tests.doors.people_cast import answered, office
from tests.houses import house, twins
from tests.modules.accounts_cast import Company
from tests.modules.threads import beside, finished
from tests.people import PASSWORD, TESTER, person, signed_in

__all__ = ["house", "office", "twins"]


def test_two_owners_who_are_shut_out_at_once_do_not_leave_a_brand_without_one(house):
    """The second waits for the first, and must then see what the first has done."""
    company = Company("Acme")
    ann, otto = company.has("Ann", Role.OWNER), company.has("Otto", Role.OWNER)
    refused: list[LastOwner] = []
    has_begun = threading.Event()

    def second():
        has_begun.set()
        try:
            deactivate_person(otto, by=TESTER)
        except LastOwner as last:
            refused.append(last)

    with transaction.atomic():
        deactivate_person(ann, by=TESTER)
        begun = beside(second)
        assert has_begun.wait(30)
        time.sleep(0.5)  # until it waits; where it does not get so far, the test only proves less
    finished(begun)
    assert len(refused) == 1
    assert User.objects.get(id=otto.id).is_active


@pytest.mark.django_db
def test_a_page_that_is_somebodys_is_kept_by_no_proxy_and_not_for_the_next_person(office):
    vera = signed_in(office.vera)
    for address in (office.at("partners"), office.at("nothing"), "/account/", "/account/2fa/", "/switch"):
        assert vera.get(address)["Cache-Control"] == "private, no-store", address
    assert Client().get(office.at("partners"))["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in Client().get("/-/alive")


def test_only_a_link_of_a_mail_and_the_api_are_posted_to_without_a_token():
    """Each of them believes something else than a cookie: a signed address, a key."""
    exempt = [door for door in doors() if getattr(door.view, "csrf_exempt", False)]
    assert {door.name for door in exempt if not door.route.startswith("api/")} == {
        "mail:preferences",
        "mail:stop",
        "mail:undo",
    }


@pytest.mark.django_db
def test_a_form_from_another_site_changes_nothing(office):
    forged = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    forged.force_login(office.max)
    answer = forged.post(office.at("partners/new"), {"key": "evil", "name": "Evil", "kind": "content"})
    assert answer.status_code == 403
    assert "out of date" in answer.content.decode()


def test_an_archive_with_a_list_of_half_a_million_files_is_refused_before_it_is_read():
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, *[0] * 8, 1, *[0] * 6) + b"a"
    listed = entry * 400_000
    content = (
        b"PK\x03\x04"
        + bytes(26)
        + listed
        + struct.pack("<4s4H2LH", b"PK\x05\x06", *[0] * 4, len(listed), 30, 0)
    )
    begun = time.monotonic()
    with pytest.raises(TypeRefused):
        type_of(content)
    assert time.monotonic() - begun < 1


@pytest.mark.django_db
def test_mails_that_anybody_can_cause_are_forgotten_in_the_end():
    for day in (1, 98):
        mail = mails.post("unknown_account", to=f"{day}@example.org", context={"address": "x@example.org"})
        Mail.objects.filter(id=mail.id).update(expires_at=clock.now() - timedelta(days=day))
    mails.expire()
    assert list(Mail.objects.values_list("to", flat=True)) == ["1@example.org"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Bob \u202egnp.exe", "\u2066Acme\u2069", "Bob\x1b[31m"])
def test_a_name_cannot_change_how_the_words_around_it_read(name):
    company = Company("Acme")
    with brand_scope(company.id), pytest.raises(BadValue, match="control character"):
        open_partner(key="bob", name=name, kind="content", by=TESTER)


@pytest.mark.parametrize("address", ["https://a.example/\u202emoc.knab", "https://a\u200b.example/"])
def test_an_address_holds_nothing_that_cannot_be_seen(address):
    assert why_not_address(address)


@pytest.mark.django_db
def test_a_person_cannot_either(office):
    with pytest.raises(BadPerson, match="cannot be seen"):
        rename_person(office.vera, name="Ann \u202e", by=TESTER)
    rename_person(office.vera, name="\u0646\u0627\u0645\u200c\u0646\u0627\u0645", by=TESTER)


def tries(browser: Client, email: str, password: str):
    """An attempt to sign in."""
    return browser.post("/account/login/", {"login": email, "password": password})


@pytest.mark.django_db
def test_wrong_passwords_of_a_stranger_do_not_keep_out_whoever_has_been_here_before(office):
    cache.clear()
    vera = Client()
    assert tries(vera, office.vera.email, PASSWORD).status_code == 302
    del vera.cookies[settings.SESSION_COOKIE_NAME]
    stranger = Client()
    for _ in range(6):
        said = tries(stranger, office.vera.email, "wrong").content.decode()
    assert "Too many attempts" in said
    assert "Too many attempts" in tries(Client(), office.vera.email, PASSWORD).content.decode()
    assert tries(vera, office.vera.email, PASSWORD).status_code == 302


@pytest.mark.django_db
def test_a_known_browser_has_no_more_attempts_than_others_and_none_for_somebody_else(office):
    cache.clear()
    vera = Client()
    tries(vera, office.vera.email, PASSWORD)
    del vera.cookies[settings.SESSION_COOKIE_NAME]
    for _ in range(6):
        said = tries(vera, office.vera.email, "wrong").content.decode()
    assert "Too many attempts" in said
    cache.clear()
    for _ in range(6):
        tries(Client(), office.max.email, "wrong")
    assert "Too many attempts" in tries(vera, office.max.email, PASSWORD).content.decode()


@pytest.mark.django_db
def test_an_instant_before_the_first_year_is_not_asked_of_the_database(office):
    never = "0001-01-01T00:00:00+23:59"
    answered(signed_in(office.ann).get(office.at("audit"), {"since": never}), 400)
    admin = signed_in(person("Admin", is_administrator=True))
    made_up = json.dumps(["created", never, str(ids.new())]).encode()
    place = base64.urlsafe_b64encode(made_up).decode()
    answered(admin.get("/installation/", {"sort": "created", "after": place}), 400)
