"""A call made twice under one `Idempotency-Key` has one effect (R6)."""

import json
from datetime import timedelta

import pytest

from tallystick.doors.api.models import KeptAnswer
from tallystick.doors.api.once import KEPT_FOR, sweep_answers
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tests.doors.api_cast import EVERYTHING, World, key_of, opened
from tests.installs import Install

BOB = {"key": "bob", "name": "Bob", "kind": "voucher"}
CALLERS = 64


@pytest.fixture
def acme(db) -> World:
    return opened("Acme")


def test_the_same_call_is_given_the_same_answer_and_done_once(acme):
    first = acme.full.post("/partners", BOB, idempotency_key="bob-1")
    again = acme.full.post("/partners", {**dict(reversed(BOB.items()))}, idempotency_key="bob-1")
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert (again.headers["Location"], again.headers["ETag"]) == (
        first.headers["Location"],
        first.headers["ETag"],
    )
    assert acme.full.get("/partners?search=bob").body["total"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/partners", {**BOB, "name": "Robert"}),
        ("POST", "/channels", {"key": "bob", "name": "Bob"}),
    ],
)
def test_another_call_under_the_same_key_is_refused(acme, method, path, body):
    acme.full.post("/partners", BOB, idempotency_key="bob-1")
    other = acme.full.call(method, path, body, idempotency_key="bob-1")
    assert (other.status, other.code) == (422, "idempotency_conflict")


def test_the_answer_is_the_one_of_then_whatever_has_changed_since(acme):
    first = acme.full.post("/partners", BOB, idempotency_key="bob-1")
    acme.full.patch(f"/partners/{first.body['id']}", {"name": "Robert"})
    assert acme.full.post("/partners", BOB, idempotency_key="bob-1").body["name"] == "Bob"


def test_a_refused_call_is_not_kept_and_may_be_tried_again(acme):
    path = acme.path("placement")
    assert acme.full.post(f"{path}/restore", idempotency_key="restore").status == 409
    acme.full.post(f"{path}/archive")
    assert acme.full.post(f"{path}/restore", idempotency_key="restore").status == 200


def test_a_key_that_was_rotated_is_answered_as_the_one_before(acme):
    first = acme.full.post("/partners", BOB, idempotency_key="bob-1")
    assert key_of(acme.brand, EVERYTHING).post("/partners", BOB, idempotency_key="bob-1").body == first.body


def test_brands_do_not_share_their_keys(acme):
    zoe = opened("Zoe")
    mine = acme.full.post("/partners", BOB, idempotency_key="bob-1")
    theirs = zoe.full.post("/partners", BOB, idempotency_key="bob-1")
    assert theirs.status == 201
    assert theirs.body["id"] != mine.body["id"]


def test_whoever_has_not_the_scope_is_not_given_the_kept_answer(acme):
    acme.full.post("/partners", BOB, idempotency_key="bob-1")
    assert acme.caller("partners.read").post("/partners", BOB, idempotency_key="bob-1").status == 403


@pytest.mark.parametrize("key", ["", "x" * 201, "ü"])
def test_a_key_that_cannot_be_kept_is_refused(acme, key):
    answer = acme.full.post("/partners", BOB, idempotency_key=key)
    assert (answer.status, answer.code) == (400, "bad_parameter")


def test_answers_are_kept_for_thirty_days(acme):
    acme.full.post("/partners", BOB, idempotency_key="bob-1")
    with brand_scope(acme.brand.id):
        assert sweep_answers() == 0
        KeptAnswer.objects.update(kept_at=clock.now() - KEPT_FOR - timedelta(seconds=1))
        assert sweep_answers() == 1
    assert acme.full.post("/partners", BOB, idempotency_key="bob-1").status == 409


def test_sixty_four_at_once_have_one_effect(fresh_install: Install):
    done = fresh_install.run_python(f"from tests.doors.api_race import main\nmain({CALLERS})")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "statuses": [201],
        "bodies": 1,
        "replayed": CALLERS - 1,
        "made": 1,
        "lines": 1,
    }
