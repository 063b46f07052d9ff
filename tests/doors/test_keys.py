"""The pages of API keys: made, shown once, rotated, revoked; and the same by commands."""

import json
import re
from datetime import timedelta

import pytest

from tallystick.doors.cli import errors
from tallystick.doors.cli.app import app
from tallystick.doors.cli.errors import CommandError
from tallystick.foundation.audit.models import AuditLine
from tallystick.kit import clock, ids
from tallystick.kit.errors import Foreseen
from tallystick.partners.accounts import key_text
from tallystick.partners.accounts.models import ApiKey
from tallystick.partners.accounts.rules import KEY_RIGHTS
from tallystick.partners.accounts.services.keys import make_key, whose_key
from tests.doors.people_cast import Office, office
from tests.people import TESTER, signed_in

__all__ = ["office"]

in_one_transaction = pytest.mark.django_db


def a_key(office: Office, name: str = "Shop", **fields) -> tuple[str, str]:
    """A key's id and the key itself."""
    with office.scope():
        key, text = make_key(name=name, scopes=["figures.read"], by=TESTER, **fields)
        return ids.show("key", key.id), text


def said(office: Office, **changes) -> dict[str, object]:
    day = (clock.now() + timedelta(days=90)).date().isoformat()
    return {"name": "Shop server", "scopes": ["figures.read", "partners.read"], "expires_on": day, **changes}


@in_one_transaction
def test_a_key_is_made_and_shown_on_one_page_only(office):
    assert "What it may do" in office.reads(office.ann, "keys/make").words
    answer = signed_in(office.ann).post(office.at("keys/make"), said(office))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    (text,) = set(key_text.PATTERN.findall(answer.content.decode()))
    key = whose_key(text)
    assert (key.name, key.scopes, key.created_by, key.created_by_id) == (
        "Shop server",
        ["figures.read", "partners.read"],
        "Ann",
        office.ann.id,
    )
    for page in ("keys", "audit", "keys/make"):
        assert text not in office.reads(office.ann, page).html
    assert key.beginning in office.reads(office.ann, "keys").words


@in_one_transaction
def test_every_right_that_a_key_may_have_is_offered_in_words(office):
    page = office.reads(office.ann, "keys/make")
    offered = {
        each.attributes["value"] for each in page.all("input") if each.attributes.get("name") == "scopes"
    }
    assert offered == set(KEY_RIGHTS)
    assert "Read rates, receipts and traces" in page.words


@in_one_transaction
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["team.change"]}, "team.change is not one of the available choices."),
        ({"name": " "}, "This field is required."),
        ({"expires_on": "1999-01-01"}, "A key lives until a day in the next two years"),
        ({"expires_on": "2199-01-01"}, "A key lives until a day in the next two years"),
        ({"expires_on": "soon"}, "Enter a valid date."),
    ],
)
def test_what_is_wrong_is_said_and_no_key_is_made(office, changes, sentence):
    assert sentence in office.posts(office.ann, "keys/make", 400, **said(office, **changes)).words
    with office.scope():
        assert not ApiKey.objects.exists()


@in_one_transaction
def test_a_form_that_is_sent_again_makes_no_second_key(office):
    office.posts(office.ann, "keys/make", 200, **said(office))
    again = office.posts(office.ann, "keys/make", 400, **said(office))
    assert "A key “Shop server” is in use" in again.words
    with office.scope():
        assert ApiKey.objects.count() == 1


@in_one_transaction
def test_the_last_day_of_the_longest_life_can_be_chosen(office):
    day = (clock.now() + timedelta(days=730)).date().isoformat()
    assert "Copy it now" in office.posts(office.ann, "keys/make", 200, **said(office, expires_on=day)).words


@in_one_transaction
def test_a_key_is_rotated_and_the_old_one_goes_on(office):
    key, text = a_key(office)
    assert "The old key goes on" in office.reads(office.ann, f"keys/{key}/rotate").words
    page = office.posts(office.ann, f"keys/{key}/rotate", 200, overlap="24")
    (fresh,) = set(key_text.PATTERN.findall(page.html))
    assert whose_key(text)
    assert whose_key(fresh)
    assert "rotated" in office.reads(office.ann, "keys").words
    assert "rotated already" in office.posts(office.ann, f"keys/{key}/rotate", 409, overlap="24").words
    office.posts(office.ann, f"keys/{key}/rotate", 400, overlap="9999")


@in_one_transaction
def test_a_key_is_revoked_after_being_asked_once_more(office):
    key, text = a_key(office)
    assert "cannot be taken back" in office.reads(office.ann, f"keys/{key}/revoke").words
    assert whose_key(text)
    office.posts(office.ann, f"keys/{key}/revoke")
    assert whose_key(text) is None
    assert "revoked" in office.reads(office.ann, "keys").words
    office.posts(office.ann, f"keys/{key}/revoke", 409)


@in_one_transaction
def test_managers_see_keys_and_change_none_and_viewers_see_none(office):
    key, _ = a_key(office)
    page = office.reads(office.max, "keys")
    assert "Shop" in page.words
    assert not [link for link in page.links if "/keys/" in link]
    office.reads(office.max, f"keys/{key}/rotate", 403)
    assert "is for: manager, owner" in office.reads(office.vera, "keys", 403).words


@in_one_transaction
def test_the_page_says_how_a_key_is_used_and_found(office):
    words = office.reads(office.max, "keys").words
    assert "Authorization: Bearer $TALLYSTICK_KEY" in words
    assert re.search(r"tly_\[0-9A-Za-z\]\{36\}", words)
    assert "No API keys yet" in words


@in_one_transaction
def test_a_key_that_ends_soon_or_has_ended_says_so(office):
    a_key(office, "Soon", expires_at=clock.now() + timedelta(days=3))
    _, text = a_key(office, "Later")
    words = office.reads(office.ann, "keys").words
    assert words.count("soon: rotate it") == 1
    with office.scope():
        ApiKey.objects.filter(sha256=key_text.digest(text)).update(expires_at=clock.now())
    assert "expired" in office.reads(office.ann, "keys").words


@in_one_transaction
def test_a_key_of_another_brand_is_not_there(office):
    hers, _ = a_key(Office("Zoe"))
    for page in (f"keys/{hers}/rotate", f"keys/{hers}/revoke"):
        office.reads(office.ann, page, 404)
        office.posts(office.ann, page, 404, overlap="24")


@in_one_transaction
def test_making_keys_asks_who_has_not_signed_in_lately_to_do_it_again(office):
    answer = signed_in(office.ann, recently=False).get(office.at("keys/make"))
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]


@in_one_transaction
def test_the_same_is_done_by_commands(office, command):
    text = command("key", "make", "Cron", "--scope", "figures.read", "--days", "30").strip()
    assert whose_key(text).name == "Cron"
    listed = json.loads(command("key", "list", "--json"))
    assert [(each["name"], each["state"], each["created_by"]) for each in listed] == [
        ("Cron", "active", listed[0]["created_by"])
    ]
    fresh = command("key", "rotate", text[:10], "--overlap-hours", "0").strip()
    assert whose_key(text) is None
    command("key", "revoke", whose_key_id(fresh))
    assert whose_key(fresh) is None
    assert "Choose what the key may do" in command("key", "make", "Cron", code=2)
    assert "There is no such key" in command("key", "revoke", ids.show("key", ids.new()), code=3)
    with office.scope():
        assert set(AuditLine.objects.values_list("actor_kind", flat=True)) == {"command"}


@in_one_transaction
def test_people_are_invited_given_roles_and_taken_by_commands(office, command):
    link = command("team", "invite", "New@acme.example", "viewer").strip()
    assert "/join/" in link
    assert command("team", "invite", "new@acme.example", "viewer").strip() != link
    assert "new@acme.example" in command("team", "list")
    command("team", "withdraw", "new@acme.example", "viewer")
    assert "is not invited as viewer" in command("team", "withdraw", "new@acme.example", "viewer", code=3)
    command("team", "change", office.max.email, "manager", "analyst")
    assert json.loads(command("team", "list", "--json"))[1]["role"] == "analyst"
    command("team", "take", office.max.email.upper(), "analyst")
    assert office.max.email not in command("team", "list")
    command("team", "take", office.otto.email, "owner")
    assert "is the only owner" in command("team", "take", office.ann.email, "owner", code=1)
    assert "no role here" in command("team", "invite", "x@acme.example", "boss", code=2)


def whose_key_id(text: str) -> str:
    return ids.show("key", whose_key(text).id)


@pytest.fixture
def command(office, capsys):
    """Run a command for the office's brand, and give what it printed."""

    def run(group: str, *words: str, code: int = 0) -> str:
        capsys.readouterr()
        try:
            app([group, *words, "--brand", office.brand.key], standalone_mode=False)
        except (CommandError, Foreseen) as error:
            explained = errors.explained(error)
            return explained.message if explained.exit_code == code else repr(explained)
        assert code == 0
        return capsys.readouterr().out

    return run
