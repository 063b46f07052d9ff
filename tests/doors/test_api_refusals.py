"""What programs are told when they cannot have what they ask: always the same shape, never a page."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from ninja import NinjaAPI, Router
from pydantic import BaseModel

from tallystick.doors.api.answering import answer_problems
from tallystick.doors.api.calls import Operation, bind
from tallystick.doors.api.entry import ApiEntry
from tallystick.doors.api.once import Answer
from tallystick.doors.api.problems import KINDS
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.partners.accounts.models import ApiKey
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.keys import revoke_key
from tests.doors.api_cast import Caller, World, opened
from tests.house.sources import ROOT as CHECKOUT
from tests.people import TESTER, person, seat, signed_in

pytestmark = pytest.mark.django_db

FIXTURES = CHECKOUT.parent / "shared" / "fixtures"
PARTNER = {"key": "bob", "name": "Bob", "kind": "voucher"}


@pytest.fixture
def acme() -> World:
    return opened("Acme")


def with_settings(**changes):
    return override_settings(TALLYSTICK=settings.TALLYSTICK.model_copy(update=changes))


def within_a_minute():
    """Wait for the next minute where this one is nearly over: a few calls are to fall into one."""
    if time.time() % 60 > 50:
        time.sleep(60.1 - time.time() % 60)


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "key_missing"),
        ("Basic YWxpY2U6c2VjcmV0", "key_missing"),
        ("Bearer", "key_missing"),
        ("Bearer tly_0000", "key_refused"),
        (f"Bearer {'x' * 5000}", "key_refused"),
        ("Bearer tly_ü", "key_refused"),
    ],
)
def test_without_a_good_key_nothing_is_told(authorization, code):
    answer = Caller().get("/partners", **({"authorization": authorization} if authorization else {}))
    assert (answer.status, answer.code) == (401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("ended", ["revoked", "expired"])
def test_a_key_that_has_ended_is_as_good_as_none(acme, ended):
    with brand_scope(acme.brand.id):
        key = ApiKey.objects.get()
        if ended == "revoked":
            revoke_key(key, by=TESTER)
        else:
            ApiKey.objects.update(expires_at=clock.now())
    assert acme.full.get("/partners").code == "key_refused"


def test_whoever_is_signed_in_is_nobody_here(acme):
    owner = person("Olga")
    seat(owner, acme.brand.id, Role.OWNER)
    assert Caller(client=signed_in(owner)).get("/partners").code == "key_missing"


def test_the_missing_scope_is_named(acme):
    answer = acme.caller("partners.read").post("/partners", PARTNER)
    assert (answer.status, answer.code) == (403, "scope_missing")
    assert "`partners.change`" in answer.body["error"]["message"]


def test_every_code_leads_to_its_explanation(acme):
    answer = acme.full.get("/partners/nobody")
    page, _, anchor = answer.body["error"]["doc_url"].partition("#")
    read = acme.full.client.get(page).content.decode()
    assert f'id="{anchor}"' in read
    assert all(f'id="error-{code}"' in read for code in KINDS)


@pytest.mark.parametrize(
    "path",
    [
        "/partners/nobody",
        "/partners/prt_00000000000000000000000000",
        "/partners/PRT_00000000000000000000000000",
    ],
)
def test_what_is_not_there_is_not_found(acme, path):
    assert (acme.full.get(path).status, acme.full.get(path).code) == (404, "not_found")


def test_an_id_of_another_kind_is_not_found(acme):
    assert acme.full.get(f"/partners/{acme.things['program']['id']}").status == 404


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/partners/", "/api/v2/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
def test_where_nothing_is_it_is_said_in_json(path, method):
    answer = Caller().call(method, path, {})
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "POST"])
def test_a_method_that_an_address_has_not_is_told_those_it_has(acme, method):
    answer = acme.full.call(method, acme.path("partner"))
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH", "OPTIONS"}


def test_head_is_get_without_its_body(acme):
    got, head = acme.full.client, f"/api/v1{acme.path('partner')}"
    named = {"authorization": f"Bearer {acme.full.key}"}
    with_body, without = got.get(head, headers=named), got.head(head, headers=named)
    assert (without.status_code, without.content) == (200, b"")
    assert without.headers["ETag"] == with_body.headers["ETag"]
    assert without.headers["Content-Length"] == str(len(with_body.content))


def test_options_says_which_methods_there_are(acme):
    answer = acme.full.client.options(f"/api/v1{acme.path('partner')}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH", "OPTIONS"}
    assert Caller().call("OPTIONS", "/nothing").status == 404


@pytest.mark.parametrize(
    "query",
    ["colour=red", "limit=0", "limit=201", "limit=many", "limit=5&limit=6", "sort=shoe", "after=x", "after=WzFd",
     "search=%00", "state=%00", f"search={'x' * 201}", "state=nowhere"],
)  # fmt: skip
def test_a_parameter_that_cannot_be_read_is_refused(acme, query):
    answer = acme.full.get(f"/partners?{query}")
    assert (answer.status, answer.code) == (400, "bad_parameter")
    assert "``" not in answer.body["error"]["message"]


def test_a_place_of_another_order_is_no_place_of_this_one(acme):
    acme.full.post("/partners", PARTNER)
    place = acme.full.get("/partners?limit=1&sort=key").body["next"]
    assert acme.full.get(f"/partners?limit=1&sort=name&after={place}").status == 400


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"key": None}, {"key"}),
        ({"key": "mit Leerzeichen"}, {"key"}),
        ({"name": 7}, {"name"}),
        ({"name": "\ud800"}, None),
        ({"kind": "friend", "website": "no address"}, {"kind"}),
        ({"website": "javascript:alert(1)"}, {"website"}),
        ({"colour": "red"}, {"colour"}),
    ],
)
def test_wrong_fields_are_named(acme, changes, wrong):
    given = {name: value for name, value in {**PARTNER, **changes}.items() if value is not None}
    answer = acme.full.post("/partners", given)
    if wrong is None:
        assert (answer.status, answer.code) == (400, "bad_json")
    else:
        assert (answer.status, answer.code) == (422, "invalid")
        assert set(answer.fields) == wrong


def test_a_field_that_stays_as_it_is_cannot_be_changed(acme):
    answer = acme.full.patch(acme.path("partner"), {"key": "mallory"})
    assert (answer.status, set(answer.fields)) == (422, {"key"})


def test_a_key_that_is_taken_is_a_conflict(acme):
    acme.full.post("/partners", PARTNER)
    again = acme.full.post("/partners", PARTNER)
    assert (again.status, again.code) == (409, "refused")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_a_body_must_say_that_it_is_json(acme, content_type, status):
    assert acme.full.post("/partners", PARTNER, content_type=content_type).status == status


def test_a_body_has_a_limit(acme):
    with with_settings(api_body_kb=1):
        answer = acme.full.post("/partners", {**PARTNER, "name": "x" * 1100})
    assert (answer.status, answer.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[", b"", b"null", b"[]", b'"x"', b'{"key": NaN}', b'{"key": 1e999}', b'{"key": -1e999}',
     b'{"key": "a", "key": "b"}', b'{"key": "\xff"}', b'{"key": "\\u0000"}', b'{"\\u0000": 1}', b"\xef\xbb\xbf{}",
     b'{"key": "\\ud800"}', b"[" * 200_000, b'{"a":' * 200_000, b"9" * 200_000, b'{"key": 1' + b"0" * 100_000 + b"}",
     b'{"key": 0.' + b"1" * 100_000 + b"}", b'{"key": 1e99999999999999999}'],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_cannot_be_read_without_guessing_is_refused(acme, body):
    for path in ("/partners", "/definitions"):
        assert 400 <= acme.full.post(path, body).status < 500


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the shared fixtures are not on this machine")
def test_the_known_malformed_bodies_are_refused(acme):
    files = sorted((FIXTURES / "json-test-suite" / "test_parsing").glob("*.json"))
    assert len(files) > 300
    with with_settings(api_calls_per_minute=1_000_000):
        answers = {file.name: acme.full.post("/partners", file.read_bytes()) for file in files}
    wrong = [f"{name}: {answer.status}" for name, answer in answers.items() if not 400 <= answer.status < 500]
    assert wrong == []
    assert {answer.code for name, answer in answers.items() if name.startswith("n_")} <= {
        "bad_json",
        "invalid",
    }


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the shared fixtures are not on this machine")
def test_naughty_texts_are_kept_as_they_are_or_refused(acme):
    texts = json.loads((FIXTURES / "blns" / "blns.json").read_text())
    with with_settings(api_calls_per_minute=1_000_000):
        for number, text in enumerate(texts):
            answer = acme.full.post("/partners", {"key": f"n{number}", "name": text, "kind": "content"})
            assert answer.status in (201, 400, 422), text
            if answer.status == 201:
                assert answer.body["name"] == text.strip()
            if number % 5 == 0:
                found = acme.full.get(f"/partners?{urlencode({'search': text})}")
                assert found.status == (200 if len(text) <= 200 else 400), text


def test_a_key_has_its_calls_of_a_minute_and_others_have_theirs(acme):
    busy, other = acme.caller("partners.read"), acme.caller("partners.read")
    within_a_minute()
    with with_settings(api_calls_per_minute=3):
        answers = [busy.get("/partners") for _ in range(5)]
        assert other.get("/partners").status == 200
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_nobody_keeps_an_answer_and_each_has_a_name(acme):
    answer = acme.full.get("/partners", x_request_id="shop-4711-a")
    assert (answer.headers["Cache-Control"], answer.headers["X-Request-Id"]) == ("no-store", "shop-4711-a")
    assert acme.full.get("/partners", x_request_id="<script>").headers["X-Request-Id"].isalnum()


class Nothing(BaseModel):
    """No value."""


def broken(wrong: Exception) -> Callable[..., Any]:
    """The view of an operation that raises."""

    def raises(_call):
        raise wrong

    api, router = NinjaAPI(urls_namespace=f"broken-{id(wrong)}", openapi_url=None), Router()
    answer_problems(api)
    bind(router, Operation("raise", "GET", "/brand", None, "Raise", "Test", raises, {200: Nothing}))
    api.add_router("", router)
    found: Any = next(each.callback for each in api.urls[0] if each.pattern.match("brand"))
    return found


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        (RuntimeError("canary-of-the-trace"), 500, "failed"),
        (OperationalError("canary-of-the-database"), 503, "unavailable"),
    ],
)
def test_a_fault_of_ours_is_said_in_json_and_tells_nothing(acme, wrong, status, code):
    request = RequestFactory().get("/api/v1/brand", headers={"authorization": f"Bearer {acme.full.key}"})
    answer: Any = broken(wrong)(request)
    assert (answer.status_code, json.loads(answer.content)["error"]["code"]) == (status, code)
    assert b"canary" not in answer.content


@pytest.mark.parametrize(
    ("before", "status", "code"),
    [
        (HttpResponse("<h1>Oops</h1>", status=500), 500, "failed"),
        (HttpResponse("<h1>Bad host</h1>", status=400), 400, "bad_request"),
        (HttpResponse("<h1>No</h1>", status=403), 400, "bad_request"),
        (HttpResponseRedirect("/account/login/"), 404, "not_found"),
    ],
)
def test_what_is_answered_before_the_api_is_asked_has_its_shape_too(before, status, code):
    before.set_cookie("session", "x")
    answer: Any = ApiEntry(lambda _request: before)(RequestFactory().get("/api/v1/partners"))
    assert answer.headers["Content-Type"] == "application/json"
    assert (answer.status_code, json.loads(answer.content)["error"]["code"]) == (status, code)
    assert not answer.cookies


def test_a_foreign_host_is_refused_in_json():
    answer = Caller().get("/partners", host="evil.example")
    assert (answer.status, answer.code) == (400, "bad_request")


def test_the_gate_refuses_an_operation_without_a_right_that_keys_can_have():
    for right in ("keys.change", "nothing.read"):
        with pytest.raises((ValueError, KeyError)):
            bind(
                Router(),
                Operation("x", "GET", "/x", right, "X", "X", lambda _call: Answer({}), {200: Nothing}),
            )


def test_most_calls_that_read_are_counted_without_writing_to_the_database(acme):
    busy = acme.caller("partners.read")
    within_a_minute()
    with with_settings(api_calls_per_minute=100):
        answers = [busy.get("/partners") for _ in range(6)]
        with CaptureQueriesContext(connection) as asked:
            assert busy.get("/partners").status == 200
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == [
        "99",
        "98",
        "97",
        "96",
        "95",
        "94",
    ]
    assert not [each["sql"] for each in asked if each["sql"].startswith(("INSERT", "UPDATE", "SAVEPOINT"))]
