"""Signing in: what lets somebody in, what does not, and what a stranger learns from trying."""

import re
from datetime import timedelta
from pathlib import Path

import allauth
import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from tallystick.doors.account.letters import CHANGES, CONFIRMATIONS, LINK, TAKEN, UNKNOWN
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.models import Remembered
from tallystick.kit import clock
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.services.people import deactivate_person, password_link
from tests.people import PASSWORD, TESTER, person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

LOGIN = "/account/login/"
NEW = "a quite different sentence"


@pytest.fixture(autouse=True)
def nothing_was_tried():
    """Attempts of other tests do not count."""
    cache.clear()


def sign_in(user: User, password: str = PASSWORD, client: Client | None = None, **extra):
    return (client or Client()).post(LOGIN, {"login": user.email, "password": password, **extra})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def link_in(mail: Mail) -> str:
    """The path of the link in a mail."""
    return re.findall(r"http://localhost:8420(\S+)", mail.text)[0]


def acts() -> list[str]:
    return list(AuditLine.objects.order_by("id").values_list("act", flat=True))


# ---- who is let in


def test_address_and_password_let_in_and_it_is_written_down():
    client, ada = Client(), person("Ada")
    assert sign_in(ada, client=client)["Location"] == "/"
    assert is_in(client)
    line = AuditLine.objects.get(act="person.signed_in")
    assert (line.actor_id, line.address, line.changes) == (
        ada.id,
        "127.0.0.1",
        {"by_means": [None, "password"]},
    )


def test_the_letter_case_of_an_address_does_not_matter():
    ada, client = person("Ada"), Client()
    client.post(LOGIN, {"login": ada.email.upper(), "password": PASSWORD})
    assert is_in(client)


def test_a_wrong_password_lets_nobody_in():
    client = Client()
    answer = sign_in(person("Ada"), "wrong", client)
    assert "do not belong together" in answer.content.decode()
    assert not is_in(client)


def test_somebody_deactivated_is_shut_out_with_the_next_request():
    ada = person("Ada")
    client = signed_in(ada)
    assert is_in(client)
    deactivate_person(ada, by=TESTER)
    assert not is_in(client)
    again = Client()
    assert sign_in(ada, client=again)["Location"] == "/account/inactive/"
    assert not is_in(again)


def test_after_five_wrong_passwords_the_right_one_waits_too():
    ada = person("Ada")
    for _ in range(5):
        sign_in(ada, "wrong")
    assert "Too many attempts" in sign_in(ada).content.decode()
    assert sign_in(person("Bo"))["Location"] == "/"
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=True):
        assert sign_in(ada)["Location"] == "/"


def test_calling_the_site_by_another_of_its_names_gives_no_more_attempts():
    ada = person("Ada")
    for number in range(5):
        Client(HTTP_HOST=("localhost", "127.0.0.1")[number % 2]).post(
            LOGIN, {"login": ada.email, "password": "wrong"}
        )
    assert "Too many attempts" in sign_in(ada).content.decode()


def test_attempts_are_counted_where_every_process_sees_them():
    ada = person("Ada")
    sign_in(ada, "wrong")
    assert Remembered.objects.filter(cache_key__contains="login_failed").exists()


# ---- what a stranger learns


def test_a_known_and_an_unknown_address_are_answered_alike():
    known = person("Ada").email
    answers = [
        Client().post(LOGIN, {"login": email, "password": "wrong"}).content.decode()
        for email in (known, "nobody@example.org")
    ]
    assert _plain(answers[0], known) == _plain(answers[1], "nobody@example.org")


def test_asking_for_a_link_says_nothing_about_the_address():
    known = person("Ada").email
    answers = [
        Client().post("/account/password/reset/", {"email": email}, follow=True)
        for email in (known, "nobody@example.org")
    ]
    assert _plain(answers[0].content.decode(), known) == _plain(
        answers[1].content.decode(), "nobody@example.org"
    )
    assert sorted(Mail.objects.values_list("to", "kind")) == sorted(
        [(known, "password_reset"), ("nobody@example.org", "unknown_account")]
    )


def _plain(page: str, email: str) -> str:
    """A page without what differs by chance: tokens, and the address that was typed."""
    page = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page)
    return re.sub(r'"X-CSRFToken": "[^"]+"', "", page).replace(email, "ADDRESS")


def test_nobody_signs_up():
    answer = Client().post("/account/signup/", {"email": "eve@example.org", "password1": NEW})
    assert "by invitation" in answer.content.decode()
    assert not User.objects.filter(email="eve@example.org").exists()


# ---- where one is led


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example/",
        "http://127.0.0.1/",
        "http://localhost:9999/",
        "javascript:alert(1)",
        "/\\evil.example",
    ],
)
def test_after_signing_in_nobody_is_led_away(away):
    ada = person("Ada")
    assert sign_in(ada, next=away)["Location"] == "/"


def test_after_signing_in_one_is_where_one_wanted_to_be():
    assert sign_in(person("Ada"), next="/account/sessions/")["Location"] == "/account/sessions/"


def test_a_foreign_host_is_not_answered():
    assert Client(HTTP_HOST="evil.example").get(LOGIN).status_code == 400


# ---- sessions


def test_a_session_that_was_there_before_signing_in_is_not_the_one_after():
    client, ada = Client(), person("Ada")
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = str(session.session_key)
    client.cookies["session"] = before
    sign_in(ada, client=client)
    assert client.cookies["session"].value != before


def test_the_cookie_is_for_us_alone():
    cookie = sign_in(person("Ada")).cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) == 14 * 24 * 3600


def test_one_session_can_be_ended_and_all_others_too():
    ada, here, third = person("Ada"), Client(), Client()
    there = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/140")
    for client in (here, there, third):
        sign_in(ada, client=client)
    page = here.get("/account/sessions/").content.decode()
    assert "Firefox on Linux" in page
    number = re.findall(r"/account/sessions/(\d+)/end", page)[0]
    assert here.post(f"/account/sessions/{number}/end").status_code == 302
    assert not is_in(there)
    here.post("/account/sessions/")
    assert is_in(here)
    assert not is_in(third)


def test_nobody_ends_the_session_of_another():
    ada, mallory = Client(), signed_in(person("Mallory"))
    sign_in(person("Ada"), client=ada)
    number = UserSession.objects.get(session_key=ada.session.session_key).id
    assert mallory.post(f"/account/sessions/{number}/end").status_code == 404
    assert is_in(ada)


# ---- links


def test_a_link_from_an_administrator_sets_the_password_once():
    ada, client = person("Ada"), Client()
    path = password_link(ada, by=TESTER)
    form = client.get(path, follow=True)
    assert form.redirect_chain[0][0].endswith("-set-password/")
    done = client.post(form.redirect_chain[0][0], {"password1": NEW, "password2": NEW})
    assert done["Location"] == "/"
    assert is_in(client)
    assert "does not work" in Client().get(path).content.decode()
    assert acts()[:1] == ["person.link_made"]
    assert "person.password_reset" in acts()


def test_a_link_is_dead_after_three_days():
    ada = person("Ada")
    path = password_link(ada, by=TESTER)
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1), tick=False):
        assert "does not work" in Client().get(path).content.decode()


def test_a_link_by_mail_leads_to_the_site_whatever_the_request_called_us():
    ada = person("Ada")
    Client(HTTP_HOST="127.0.0.1:1").post("/account/password/reset/", {"email": ada.email})
    path = link_in(Mail.objects.get(kind="password_reset"))
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("password", ["elevenchars", "telechargement", "qwerty123456", "ada@example.org"])
def test_a_password_that_is_easily_guessed_is_refused(password):
    ada, client = person("Ada"), Client()
    form = client.get(password_link(ada, by=TESTER), follow=True).redirect_chain[0][0]
    answer = client.post(form, {"password1": password, "password2": password})
    assert answer.status_code == 200
    assert "has-errors" in answer.content.decode()


def test_a_new_password_ends_the_other_sessions_and_is_told_by_mail():
    ada, here, there = person("Ada"), Client(), Client()
    sign_in(ada, client=here)
    sign_in(ada, client=there)
    changed = here.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    assert changed.status_code == 302
    assert is_in(here)
    assert not is_in(there)
    notice = Mail.objects.get(kind="security_notice")
    assert (notice.to, notice.subject) == (ada.email, "Your password was changed")
    assert "127.0.0.1" in notice.text


# ---- addresses


def test_a_second_address_counts_once_its_link_is_followed():
    ada = person("Ada")
    client = signed_in(ada)
    client.post("/account/email/", {"email": "ada@second.example", "action_add": ""})
    other = Client()
    other.post(LOGIN, {"login": "ada@second.example", "password": PASSWORD})
    assert not is_in(other)
    path = link_in(Mail.objects.filter(kind="email_confirmation").first())
    assert "Is this your address?" in client.get(path).content.decode()
    client.post(path)
    cache.clear()
    other.post(LOGIN, {"login": "ada@second.example", "password": PASSWORD})
    assert is_in(other)
    assert Mail.objects.get(kind="security_notice").to == ada.email


def test_the_address_of_somebody_else_cannot_be_claimed():
    ada, mallory = person("Ada"), person("Mallory")
    client = signed_in(mallory)
    answer = client.post("/account/email/", {"email": ada.email, "action_add": ""}, follow=True)
    assert not EmailAddress.objects.filter(user=mallory, email=ada.email, verified=True).exists()
    assert answer.status_code == 200
    there = Client()
    sign_in(ada, client=there)
    assert is_in(there)


# ---- what is written down


def test_every_mail_that_allauth_sends_is_one_of_ours():
    known = {*CHANGES, *CONFIRMATIONS, LINK, UNKNOWN, TAKEN}
    unused = re.compile("code|base_|email_confirm$|email/password_reset$")
    sent = set()
    folder = Path(allauth.__file__).parent / "templates"
    for path in folder.glob("*/email/*_subject.txt"):
        sent.add(path.relative_to(folder).as_posix().removesuffix("_subject.txt"))
    assert {name for name in sent if not unused.search(name)} - known == set()
    assert len(sent) > 10
