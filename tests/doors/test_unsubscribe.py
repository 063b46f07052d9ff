"""Declining mails: by a page, by a mail program, signed in; and the preview of every kind."""

import re

import pytest
from django.conf import settings
from django.test import Client

from tallystick.foundation.mail import queries, services
from tallystick.foundation.mail.kinds import KINDS
from tallystick.foundation.mail.links import absolute, reader_token
from tallystick.foundation.mail.rules import read_sender
from tallystick.foundation.mail.transport import letter
from tests.people import person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

OPTIONAL = next(kind for kind in KINDS.values() if kind.is_optional)
ALICE = "alice@blog.example"


@pytest.fixture
def mail():
    return services.post(OPTIONAL.name, to=ALICE, context=OPTIONAL.sample)


@pytest.fixture
def stranger():
    """A browser, or a mail program, with no cookies; forged requests are refused as in life."""
    return Client(enforce_csrf_checks=True)


def stop_path(mail):
    """The address in the mail's header, as its reader's program finds it."""
    header = letter(mail, read_sender("partners@acme.example"))["List-Unsubscribe"]
    assert header.strip("<>").startswith(settings.TALLYSTICK.public_url)
    return header.strip("<>").removeprefix(settings.TALLYSTICK.public_url.rstrip("/"))


def wants(address=ALICE):
    return OPTIONAL.name in queries.wanted_kinds(address)


def test_following_the_link_changes_nothing_and_says_what_will_happen(stranger, mail):
    page = stranger.get(stop_path(mail))
    assert page.status_code == 200
    assert f"{ALICE} will get no more mails of the kind" in page.text
    assert wants()


def test_a_mail_program_declines_by_one_post_without_signing_in(stranger, mail):
    done = stranger.post(stop_path(mail), {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "gets no more mails of the kind" in done.text
    assert not wants()
    assert stranger.post(stop_path(mail), {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_what_was_declined_can_be_undone_at_once(stranger, mail):
    done = stranger.post(stop_path(mail))
    (undo,) = re.findall(r'action="([^"]+)"', done.text)
    assert stranger.get(undo).status_code == 405
    assert stranger.post(undo).status_code == 200
    assert wants()


def test_a_reader_chooses_what_they_get_by_the_link_of_a_mail(stranger, mail):
    path = stop_path(mail).removesuffix("/stop")
    assert str(OPTIONAL.says) in stranger.get(path).text
    assert "Noted" in stranger.post(path, {}).text
    assert not wants()
    stranger.post(path, {"wanted": [OPTIONAL.name]})
    assert wants()
    assert stranger.post(path, {"wanted": ["password_reset"]}).status_code == 200


def test_the_link_of_one_reader_says_nothing_about_another(stranger, mail):
    stranger.post(stop_path(mail))
    assert wants("bob@voucher.example")


@pytest.mark.parametrize("ending", ["", "/stop"])
def test_a_token_that_we_did_not_make_leads_nowhere(stranger, mail, ending):
    token = reader_token(mail.id)
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "mal_1.x",
        "x",
        "." * 300,
        token.partition(".")[0],
    ]
    assert {stranger.get(f"/mail/{text}{ending}").status_code for text in forged} == {404}


def test_mails_about_the_account_cannot_be_stopped_by_their_token(stranger):
    own = services.post("password_reset", to=ALICE, context=KINDS["password_reset"].sample)
    path = f"/mail/{reader_token(own.id)}"
    assert stranger.post(f"{path}/stop").status_code == 404
    assert stranger.get(path).status_code == 200


def test_somebody_who_is_signed_in_chooses_under_their_account():
    alice = person("Alice")
    browser = signed_in(alice)
    assert alice.email in browser.get("/account/mail").text
    assert browser.post("/account/mail", {}).status_code == 302
    assert not wants(alice.email)
    browser.post("/account/mail", {"wanted": [OPTIONAL.name]})
    assert wants(alice.email)


def test_a_stranger_is_asked_to_sign_in_first(stranger):
    assert stranger.get("/account/mail").status_code == 302


def test_an_administrator_sees_every_kind_as_it_is_read():
    browser = signed_in(person("Root", is_administrator=True))
    listed = browser.get("/installation/mail/preview")
    for kind in KINDS.values():
        assert f"/installation/mail/preview/{kind.name}" in listed.text
        page = browser.get(f"/installation/mail/preview/{kind.name}")
        assert f'src="/installation/mail/preview/{kind.name}/html"' in page.text
        assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert browser.get("/installation/mail/preview/nothing").status_code == 404


def test_the_html_of_a_mail_stands_alone_and_can_do_nothing():
    browser = signed_in(person("Root", is_administrator=True))
    page = browser.get("/installation/mail/preview/invitation/html")
    policy = page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    for part in ("default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'", "sandbox"):
        assert part in policy
    assert "script-src" not in policy


def test_nobody_else_sees_the_preview():
    assert signed_in(person("Mallory")).get("/installation/mail/preview").status_code == 404


def test_links_in_mails_are_whole_addresses():
    assert absolute("/join/x").startswith("http")
    assert absolute("/join/x").endswith("/join/x")
    assert "//join" not in absolute("/join/x")
