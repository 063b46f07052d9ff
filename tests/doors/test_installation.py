"""The pages of the installation: for administrators alone, and no way into a brand."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.jobs.models import Job, JobState
from tallystick.foundation.jobs.services import enqueue
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.mail.services import post
from tallystick.kit import clock, ids
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.queries import seats_of
from tallystick.partners.accounts.rules import Role
from tests.builders import Brand
from tests.people import PASSWORD, person, seat, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PAGES = ("", "people/add", "brands", "brands/open", "mails", "jobs")


@pytest.fixture(autouse=True)
def nothing_was_tried():
    """Attempts of other tests do not count."""
    cache.clear()


@pytest.fixture
def root() -> Client:
    return signed_in(person("Root", is_administrator=True))


def words(answer) -> str:
    return answer.content.decode()


def address_of(user: User) -> str:
    return f"/installation/people/{ids.show('usr', user.id)}"


@pytest.mark.parametrize("page", PAGES)
def test_whoever_is_no_administrator_is_told_that_nothing_is_there(page):
    owner = person("Ada")
    seat(owner, Brand("Acme").id, Role.OWNER)
    assert signed_in(owner).get(f"/installation/{page}").status_code == 404
    assert Client().get(f"/installation/{page}")["Location"].startswith("/account/login/")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(root, page):
    assert root.get(f"/installation/{page}").status_code == 200


def test_the_first_administrator_is_led_to_the_first_brand(root):
    assert root.get("/")["Location"] == "/installation/brands"
    Brand("Acme")
    assert root.get("/")["Location"] == "/installation/"


def test_an_administrator_has_no_way_into_a_brand(root):
    acme = Brand("Acme")
    assert root.get(f"/{acme.key}/").status_code == 404
    assert acme.key in words(root.get("/installation/brands"))


def test_people_are_found_by_name_and_by_state(root):
    ada = person("Ada")
    User.objects.filter(id=ada.id).update(is_active=False)
    assert ada.email in words(root.get("/installation/?q=ada"))
    assert ada.email in words(root.get("/installation/?state=inactive"))
    assert ada.email not in words(root.get("/installation/?state=active"))
    assert "Nothing fits" in words(root.get("/installation/?q=nobody-at-all"))
    assert root.get("/installation/?state=odd").status_code == 400


def test_a_person_is_added_with_a_link_that_is_shown_once(root):
    answer = root.post("/installation/people/add", {"name": "Ada Ames", "email": "Ada@Example.org"})
    link = re.findall(r'data-copy="http://localhost:8420([^"]+)"', words(answer))[0]
    assert "no-store" in answer["Cache-Control"]
    assert Client().get(link).status_code == 302
    ada = User.objects.get(email="ada@example.org")
    assert link not in words(root.get(address_of(ada)))
    assert list(AuditLine.objects.filter(label=ada.email).values_list("act", flat=True).order_by("id")) == [
        "person.added",
        "person.link_made",
    ]


def test_somebody_who_is_there_is_not_added_again(root):
    answer = root.post("/installation/people/add", {"name": "Ada", "email": person("Ada").email.upper()})
    assert (answer.status_code, "already" in words(answer)) == (400, True)


def test_a_link_for_somebody_who_forgot_the_password(root):
    ada = person("Ada")
    assert "/account/password/reset/key/" in words(root.post(f"{address_of(ada)}/link"))


def test_somebody_is_deactivated_and_activated_again(root):
    ada = person("Ada")
    there = signed_in(ada)
    root.post(f"{address_of(ada)}/deactivate")
    assert there.get("/account/").status_code == 302
    root.post(f"{address_of(ada)}/activate")
    client = Client()
    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    assert client.get("/account/").status_code == 200


def test_the_last_owner_of_a_brand_is_not_deactivated(root):
    ada = person("Ada")
    seat(ada, Brand("Acme").id, Role.OWNER)
    answer = root.post(f"{address_of(ada)}/deactivate")
    assert (answer.status_code, "only owner" in words(answer)) == (409, True)
    assert User.objects.get(id=ada.id).is_active


def test_nobody_shuts_themselves_out(root):
    own = User.objects.get(name="Root")
    for act in ("deactivate", "take-administrator"):
        assert root.post(f"{address_of(own)}/{act}").status_code == 404


@pytest.mark.parametrize(
    "text", ["usr_nonsense", "prt_00000000000000000000000000", "usr_00000000000000000000000000"]
)
def test_an_id_of_nobody_is_not_found(root, text):
    assert root.get(f"/installation/people/{text}").status_code == 404


def test_a_brand_is_opened_and_whoever_opens_it_owns_it(root):
    done = root.post(
        "/installation/brands/open", {"name": "Nordkap", "key": "nordkap", "zone": "Europe/Oslo"}
    )
    assert done["Location"] == "/nordkap/"
    own = User.objects.get(name="Root")
    assert [(each.brand.key, each.role) for each in seats_of(own)] == [("nordkap", "owner")]


@pytest.mark.parametrize(
    "wrong",
    [{"key": "account"}, {"key": "Acme Corp"}, {"zone": "Mars/Olympus"}, {"key": "taken"}, {"name": ""}],
)
def test_a_brand_that_cannot_be_opened_leaves_nothing(root, wrong):
    root.post("/installation/brands/open", {"name": "Taken", "key": "taken", "zone": "UTC"})
    answer = root.post(
        "/installation/brands/open", {"name": "Nordkap", "key": "nordkap", "zone": "UTC"} | wrong
    )
    assert answer.status_code == 400
    assert "has-errors" in words(answer) or 'role="alert"' in words(answer)
    assert [each.brand.key for each in seats_of(User.objects.get(name="Root"))] == ["taken"]


# ---- mail that cannot be sent


def test_a_kept_mail_is_listed_and_opening_it_is_written_down(root):
    ada = person("Ada")
    Client().post("/account/password/reset/", {"email": ada.email})
    listed = words(root.get("/installation/mails?state=kept"))
    assert ada.email in listed
    assert "Somebody asked for a link to choose a new password" in listed
    assert "/account/password/reset/key/" not in listed
    mail = Mail.objects.get(kind="password_reset")
    shown = words(root.get(f"/installation/mails/{ids.show('mal', mail.id)}"))
    link = re.findall(r"http://localhost:8420(/account/password/reset/key/\S+)", shown)[0]
    assert Client().get(link).status_code == 302
    line = AuditLine.objects.get(act="mail.opened")
    assert (line.actor_name, line.label) == ("Root", f"password_reset · {ada.email}")


def test_a_mail_cannot_be_tried_again_where_none_can_be_sent(root):
    mail = post("unknown_account", to="eve@example.org", context={"address": "eve@example.org"})
    answer = root.post(f"/installation/mails/{ids.show('mal', mail.id)}/again")
    assert (answer.status_code, "mail_url" in words(answer)) == (409, True)


def test_a_mail_that_is_not_there_is_not_found(root):
    assert root.get("/installation/mails/mal_00000000000000000000000000").status_code == 404


# ---- jobs


def test_a_failed_job_is_shown_with_its_error_and_tried_again(root):
    job = enqueue("mail.send", payload={"mail": ids.new().hex})
    Job.objects.filter(id=job.id).update(
        state=JobState.FAILED, error="The server said 451.", ended_at=clock.now()
    )
    assert "The server said 451." in words(root.get("/installation/jobs?state=failed"))
    root.post(f"/installation/jobs/{ids.show('job', job.id)}/again")
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert AuditLine.objects.filter(act="job.retried").exists()


# ---- shortly after signing in


def test_what_is_grave_is_asked_for_again_when_one_signed_in_long_ago():
    own = person("Root", is_administrator=True)
    client, ada = signed_in(own, recently=False), person("Ada")
    suspended = client.post(f"{address_of(ada)}/deactivate")
    assert suspended["Location"].startswith("/account/reauthenticate/?next=")
    assert User.objects.get(id=ada.id).is_active
    client.post(suspended["Location"], {"password": "wrong"})
    assert User.objects.get(id=ada.id).is_active
    resumed = client.post(suspended["Location"], {"password": PASSWORD})
    assert resumed["Location"] == address_of(ada)
    assert not User.objects.get(id=ada.id).is_active


def test_a_suspended_form_keeps_what_was_typed():
    client = signed_in(person("Root", is_administrator=True), recently=False)
    suspended = client.post("/installation/people/add", {"name": "Ada Ames", "email": "ada@example.org"})
    client.post(suspended["Location"], {"password": PASSWORD})
    assert User.objects.get(email="ada@example.org").name == "Ada Ames"


def test_reading_is_not_asked_for_again():
    client = signed_in(person("Root", is_administrator=True), recently=False)
    assert client.get("/installation/").status_code == 200
