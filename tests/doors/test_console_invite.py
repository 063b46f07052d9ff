"""Inviting a partner: the partner, the partnership and the invitation of a person come to be together or not at all."""

import pytest
from django.conf import settings
from django.test import override_settings
from pydantic import SecretStr

from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.models import Invitation
from tallystick.partners.accounts.rules import Role
from tallystick.partners.partnerships.models import Partner, Partnership
from tests.builders import Brand
from tests.doors.console_cast import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

DORA = {"program": "shop", "name": "Dora", "key": "dora", "kind": "creator", "email": "dora@dora.example"}


@pytest.fixture
def acme() -> Brand:
    return Brand("Acme")


@pytest.fixture
def manager(acme) -> Browser:
    return of(acme, Role.MANAGER)


def of(brand: Brand, role: Role) -> Browser:
    browser = Browser.of("Max")
    browser.sits_in(brand.id, role)
    return browser


def test_a_new_partner_is_invited_with_a_link_to_hand_over_where_no_mail_goes_out(manager, acme):
    answer = manager.client.post(f"/{acme.key}/partners/invite", DORA)
    assert answer.status_code == 302
    page = manager.get(answer["Location"])
    assert "dora@dora.example" in page.words
    assert "/join/" in page.words
    assert "/join/" not in of(acme, Role.VIEWER).get(answer["Location"]).words
    with brand_scope(acme.id):
        assert Partnership.objects.get(partner__key="dora").state == "invited"
        assert Invitation.objects.get().role == Role.PARTNER
    config = settings.TALLYSTICK.model_copy(
        update={"mail_url": SecretStr("smtp://mail.example"), "mail_from": "a@b.example"}
    )
    with override_settings(TALLYSTICK=config):
        assert "/join/" not in manager.get(answer["Location"]).words


def test_an_invitation_that_is_refused_leaves_no_partner_behind(manager, acme):
    manager.client.post(f"/{acme.key}/partners/invite", DORA)
    with brand_scope(acme.id):
        partners = Partner.objects.count()
    said = {**DORA, "partner": "dora", "name": "", "key": "", "kind": ""}
    assert manager.client.post(f"/{acme.key}/partners/invite", said).status_code == 400
    assert manager.client.post(f"/{acme.key}/partners/invite", {**DORA, "email": "nobody"}).status_code == 400
    lacking = manager.client.post(
        f"/{acme.key}/partners/invite", {**DORA, "key": "", "name": "", "email": "e@dora.example"}
    )
    assert "A new partner needs this" in lacking.content.decode()
    with brand_scope(acme.id):
        assert (Partner.objects.count(), Invitation.objects.count()) == (partners, 1)


def test_the_key_of_a_new_partner_is_made_from_its_name(manager, acme):
    said = {**DORA, "name": "Dora’s Größte & Beste", "key": ""}
    assert manager.client.post(f"/{acme.key}/partners/invite", said).status_code == 302
    again = manager.client.post(f"/{acme.key}/partners/invite", {**said, "email": "e@dora.example"})
    assert "There is already a partner" in again.content.decode()
    unnamable = manager.client.post(f"/{acme.key}/partners/invite", {**said, "name": "عمر"})
    assert "A new partner needs this" in unnamable.content.decode()
    with brand_scope(acme.id):
        assert Partner.objects.filter(key="doras-grote-beste").count() == 1


def test_a_partner_that_is_there_keeps_its_partnership(manager, acme):
    said = {"program": "shop", "partner": "alice", "email": "alice@blog.example"}
    assert manager.client.post(f"/{acme.key}/partners/invite", said).status_code == 302
    with brand_scope(acme.id):
        assert Partnership.objects.get(partner__key="alice").state == "active"


def test_an_invitation_is_sent_again_and_withdrawn(manager, acme):
    page = manager.get(manager.client.post(f"/{acme.key}/partners/invite", DORA)["Location"])
    (resend,) = [
        each.attributes["action"]
        for each in page.all("form")
        if "resend" in (each.attributes.get("action") or "")
    ]
    again = manager.client.post(resend, follow=True).content.decode()
    assert "Links sent before are dead" in again
    withdrawn = manager.client.post(resend.replace("resend", "withdraw"), follow=True).content.decode()
    assert "is withdrawn" in withdrawn
    assert of(acme, Role.VIEWER).client.post(resend).status_code == 403
    zoe = Brand("Zoe")
    stranger = of(zoe, Role.OWNER)
    assert stranger.client.post(resend.replace(acme.key, zoe.key)).status_code == 404
