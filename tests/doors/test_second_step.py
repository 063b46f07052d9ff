"""The second step, and the pages around signing in: every one in our frame, none with a script inside."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from tallystick.partners.accounts.services.people import password_link
from tests.people import PASSWORD, TESTER, person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

LOGIN = "/account/login/"
NEW = "a quite different sentence"


@pytest.fixture(autouse=True)
def nothing_was_tried():
    """Attempts of other tests do not count."""
    cache.clear()


def sign_in(user, client: Client):
    return client.post(LOGIN, {"login": user.email, "password": PASSWORD})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def code_now(secret: str) -> str:
    """What an authenticator app would show."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def with_app(client: Client) -> str:
    """Add an authenticator app as a person would; its secret."""
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.findall(r'data-copy="([A-Z2-7]+)"', page)[0]
    done = client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})
    assert done.status_code == 302, done.content.decode()
    return secret


def test_with_an_authenticator_app_the_password_alone_is_not_enough():
    ada = person("Ada")
    secret = with_app(signed_in(ada))
    client = Client()
    assert sign_in(ada, client)["Location"] == "/account/2fa/authenticate/"
    assert not is_in(client)
    cache.clear()
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert not is_in(client)
    cache.clear()
    client.post("/account/2fa/authenticate/", {"code": code_now(secret)})
    assert is_in(client)


def test_a_recovery_code_works_once():
    ada = person("Ada")
    owner = signed_in(ada)
    with_app(owner)
    code = re.findall(r"\b\d{8}\b", owner.get("/account/2fa/recovery-codes/").content.decode())[0]
    for works in (True, False):
        client = Client()
        sign_in(ada, client)
        client.post("/account/2fa/authenticate/", {"code": code})
        assert is_in(client) is works


def test_the_secret_of_an_app_cannot_be_read_from_the_database():
    secret = with_app(signed_in(ada := person("Ada")))
    row = Authenticator.objects.get(user=ada, type=Authenticator.Type.TOTP)
    assert secret not in str(row.data)
    assert TOTP(row).validate_code(code_now(secret)) is not None


def test_a_link_does_not_stand_in_for_the_second_step():
    ada = person("Ada")
    with_app(signed_in(ada))
    client = Client()
    form = client.get(password_link(ada, by=TESTER), follow=True).redirect_chain[0][0]
    done = client.post(form, {"password1": NEW, "password2": NEW})
    assert done["Location"] == "/account/2fa/authenticate/"
    assert not is_in(client)


@pytest.mark.parametrize(
    "address",
    [
        "/account/",
        "/account/email/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/",
        "/account/2fa/webauthn/add/",
        "/account/sessions/",
        "/account/3rdparty/",
        "/account/logout/",
        "/account/reauthenticate/",
        "/switch",
    ],
)
def test_every_page_stands_in_our_frame_and_needs_no_inline_script(address):
    page = signed_in(person("Ada")).get(address)
    text = page.content.decode()
    assert page.status_code == 200
    assert 'class="shell' in text or 'class="entrance"' in text
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script, script
    assert "style=" not in text


@pytest.mark.parametrize(
    "address",
    [LOGIN, "/account/signup/", "/account/password/reset/", "/account/password/reset/done/", "/account/inactive/",
     "/account/confirm-email/", "/account/confirm-email/wrong/", "/account/password/reset/key/1-2/",
     "/account/3rdparty/login/error/", "/account/3rdparty/login/cancelled/"],
)  # fmt: skip
def test_every_page_before_signing_in_stands_in_the_entrance(address):
    page = Client().get(address)
    assert page.status_code in {200, 401}
    assert 'class="entrance"' in page.content.decode()
