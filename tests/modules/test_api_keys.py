"""API keys: their text, what they may do, how long they live; nothing that lets anybody in is kept."""

import json
import re
import secrets
from datetime import timedelta

import pytest
import time_machine
from django.core import serializers
from hypothesis import given
from hypothesis import strategies as st

from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.outbox.models import Announcement
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.accounts import key_text
from tallystick.partners.accounts.models import ApiKey
from tallystick.partners.accounts.queries import person_behind, rights_of_actor
from tallystick.partners.accounts.rules import KEY_RIGHTS, RIGHTS, Role
from tallystick.partners.accounts.services import keys
from tallystick.partners.accounts.services.keys import (
    LIFE,
    BadKey,
    KeyEnded,
    make_key,
    revoke_key,
    rotate_key,
    whose_key,
)
from tests.modules.accounts_cast import Company, acme, acting, announced, last_line
from tests.people import TESTER, person

__all__ = ["acme"]

with_rows = pytest.mark.django_db

SECRETS = st.text(key_text.ALPHABET, min_size=key_text.SECRET_LENGTH, max_size=key_text.SECRET_LENGTH)


@given(SECRETS)
def test_a_key_is_found_in_any_text_by_the_documented_expression(secret):
    key = key_text.compose(secret)
    assert key_text.PATTERN.findall(f'curl -H "Authorization: Bearer {key}" https://x.example\n{key}') == [
        key,
        key,
    ]
    assert re.fullmatch("tly_[0-9A-Za-z]{36}", key)
    assert key_text.is_whole(key)


@given(SECRETS, st.integers(4, 39), st.sampled_from(key_text.ALPHABET))
def test_one_wrong_letter_is_never_a_key(secret, place, letter):
    key = key_text.compose(secret)
    wrong = key[:place] + letter + key[place + 1 :]
    assert key_text.is_whole(wrong) == (wrong == key)


@given(SECRETS, st.integers(4, 38))
def test_two_letters_the_wrong_way_round_are_never_a_key(secret, place):
    key = key_text.compose(secret)
    wrong = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    assert key_text.is_whole(wrong) == (wrong == key)


@pytest.mark.parametrize("text", ["", "tly_", "tly_" + "0" * 36, "TLY_" + "0" * 36, "tly_" + "é" * 36, "\0"])
def test_what_is_no_key_is_told_without_the_database(text):
    assert whose_key(text) is None


@with_rows
def test_a_key_is_shown_once_and_only_its_hash_is_kept(acme):
    key, text = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    secret = text[key_text.SHOWN_LENGTH :]
    kept = [serializers.serialize("json", model.objects.all()) for model in (ApiKey, AuditLine, Announcement)]
    assert secret not in "".join(kept)
    assert key.beginning == text[:10]
    assert key.sha256 == key_text.digest(text)
    assert last_line().label == f"Shop ({key.beginning}…)"


@with_rows
def test_two_keys_are_never_alike(acme):
    assert len({make_key(name=f"Shop {n}", scopes=["figures.read"], by=TESTER)[1] for n in range(20)}) == 20


@with_rows
def test_a_key_is_found_in_whatever_brand_is_in_scope_and_in_none(acme):
    key, text = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    with brand_scope(Company("Zoe").id):
        found = whose_key(text)
    assert (found.id, found.brand.name) == (key.id, "Acme")
    unknown = key_text.compose("".join(secrets.choice(key_text.ALPHABET) for _ in range(30)))
    assert whose_key(unknown) is None


@with_rows
def test_a_key_lives_a_year_where_nothing_is_said_and_two_at_most(acme):
    key, text = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    assert key.expires_at - key.created_at == pytest.approx(LIFE, abs=timedelta(seconds=5))
    now = clock.now()
    for ends in (now, now - timedelta(days=1), now + timedelta(days=731)):
        with pytest.raises(BadKey, match="next two years"):
            make_key(name="Stall", scopes=["figures.read"], expires_at=ends, by=TESTER)
    with time_machine.travel(key.expires_at - timedelta(seconds=1), tick=False):
        assert whose_key(text) == key
    with time_machine.travel(key.expires_at, tick=False):
        assert whose_key(text) is None


@with_rows
def test_nobody_gives_a_key_what_they_have_not(acme):
    viewer = acting(acme.has("Vera", Role.VIEWER))
    make_key(name="Reads", scopes=["figures.read"], by=viewer)
    with pytest.raises(BadKey, match=r"partners\.change"):
        make_key(name="Writes", scopes=["figures.read", "partners.change"], by=viewer)
    stranger = acting(person("Zoe"))
    with pytest.raises(BadKey):
        make_key(name="Reads", scopes=["figures.read"], by=stranger)


@with_rows
@pytest.mark.parametrize("scope", [*(name for name in RIGHTS if name not in KEY_RIGHTS), "everything"])
def test_some_rights_no_key_has(acme, scope):
    with pytest.raises(BadKey, match="cannot have"):
        make_key(name="Shop", scopes=[scope], by=TESTER)


@with_rows
def test_a_key_makes_no_keys(acme):
    key, _ = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    program = Actor(ActorKind.API_KEY, key.name, key.id)
    assert rights_of_actor(program) == {"figures.read"}
    with pytest.raises(BadKey):
        make_key(name="Another", scopes=["figures.read"], by=program)


@with_rows
def test_a_key_needs_a_name_and_something_it_may_do(acme):
    with pytest.raises(BadKey, match="needs a name"):
        make_key(name=" ", scopes=["figures.read"], by=TESTER)
    with pytest.raises(BadKey, match="Choose what the key may do"):
        make_key(name="Shop", scopes=[], by=TESTER)
    assert not ApiKey.objects.exists()


@with_rows
def test_rotating_gives_another_key_and_the_old_one_goes_on_for_a_while(acme):
    ann = acme.has("Ann", Role.OWNER)
    old, old_text = make_key(name="Shop", scopes=["figures.read", "partners.read"], by=TESTER)
    fresh, text = rotate_key(old, overlap=timedelta(hours=24), by=acting(ann))
    assert (fresh.name, fresh.scopes, fresh.replaces) == (old.name, old.scopes, old)
    assert whose_key(text) == fresh
    assert whose_key(old_text) == old
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1), tick=False):
        assert whose_key(old_text) is None
        assert whose_key(text) == fresh
    assert last_line().act == "key.rotated"
    assert person_behind(Actor(ActorKind.API_KEY, "Shop", fresh.id)) == ann.id


@with_rows
def test_rotating_without_overlap_ends_the_old_key_at_once_and_never_prolongs_it(acme):
    old, old_text = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    rotate_key(old, overlap=timedelta(0), by=TESTER)
    assert whose_key(old_text) is None
    ends = clock.now() + timedelta(hours=1)
    short, _ = make_key(name="Short", scopes=["figures.read"], expires_at=ends, by=TESTER)
    fresh, _ = rotate_key(short, overlap=timedelta(days=7), by=TESTER)
    short.refresh_from_db()
    assert short.expires_at == ends
    assert fresh.expires_at - fresh.created_at == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=5))


@with_rows
def test_rotating_is_refused_where_it_would_give_more_or_is_done_already(acme):
    key, _ = make_key(name="Shop", scopes=["partners.change"], by=TESTER)
    for overlap in (timedelta(days=7, seconds=1), timedelta(seconds=-1)):
        with pytest.raises(BadKey, match="up to 7 days"):
            rotate_key(key, overlap=overlap, by=TESTER)
    with pytest.raises(BadKey, match="no right that you have not"):
        rotate_key(key, overlap=timedelta(0), by=acting(acme.has("Vera", Role.VIEWER)))
    rotate_key(key, overlap=timedelta(days=1), by=TESTER)
    with pytest.raises(KeyEnded, match="rotated already"):
        rotate_key(key, overlap=timedelta(days=1), by=TESTER)


@with_rows
def test_a_revoked_key_opens_nothing_and_is_revoked_once(acme):
    key, text = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    revoke_key(key, by=TESTER)
    assert whose_key(text) is None
    for act in (
        lambda: revoke_key(key, by=TESTER),
        lambda: rotate_key(key, overlap=timedelta(0), by=TESTER),
    ):
        with pytest.raises(KeyEnded, match="revoked already"):
            act()
    assert announced() == ["key.made", "key.revoked"]


@with_rows
def test_use_is_noted_at_most_once_a_minute(acme, django_assert_num_queries):
    key, text = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    with time_machine.travel(clock.now(), tick=False) as clock_hands:
        first = clock.now()
        assert whose_key(text).last_used_at == first
        clock_hands.shift(59)
        with django_assert_num_queries(1):
            assert whose_key(text).last_used_at == first
        clock_hands.shift(1)
        assert whose_key(text).last_used_at == clock.now()
    key.refresh_from_db()
    assert key.last_used_at == first + timedelta(minutes=1)


@with_rows
def test_the_database_is_asked_for_the_hash_and_never_for_the_key(acme, django_assert_num_queries):
    _, text = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    with django_assert_num_queries(2) as asked:
        whose_key(text)
    assert text not in json.dumps(asked.captured_queries)


@with_rows
def test_there_is_a_most_of_keys_in_use(acme, monkeypatch):
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    key, _ = make_key(name="Shop", scopes=["figures.read"], by=TESTER)
    with pytest.raises(BadKey, match="1 keys are in use"):
        make_key(name="Stall", scopes=["figures.read"], by=TESTER)
    revoke_key(key, by=TESTER)
    make_key(name="Shop", scopes=["figures.read"], by=TESTER)


@with_rows
def test_a_key_of_another_brand_is_not_there(acme):
    zoes = Company("Zoe")
    with brand_scope(zoes.id):
        hers, _ = make_key(name="Hers", scopes=["figures.read"], by=TESTER)
    for act in (
        lambda: revoke_key(hers, by=TESTER),
        lambda: rotate_key(hers, overlap=timedelta(0), by=TESTER),
    ):
        with pytest.raises(ApiKey.DoesNotExist):
            act()
    assert rights_of_actor(Actor(ActorKind.API_KEY, "Hers", hers.id)) == frozenset()
    assert rights_of_actor(Actor(ActorKind.API_KEY, "Nobody's", ids.new())) == frozenset()
