"""What programs can do through the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tallystick.doors.api.api import OPERATIONS
from tallystick.doors.nouns.all import NOUNS
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.outbox.services import place
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.programs import models as programs
from tests.doors.api_cast import World, key_made_by, opened
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> World:
    return opened("Acme")


def test_a_key_says_whose_it_is_and_what_it_may(acme):
    said = acme.caller("partners.read").get("/brand").body
    assert (said["key"], said["api_key"]["scopes"]) == (acme.brand.key, ["partners.read"])


def test_what_was_opened_is_read_again_as_it_was_given(acme):
    made = acme.full.post("/partners", {"key": "alice", "name": "Alice", "kind": "content"})
    assert made.status == 201
    assert made.headers["Location"] == f"/api/v1/partners/{made.body['id']}"
    read = acme.full.get(made.headers["Location"])
    assert (read.body, read.headers["ETag"]) == (made.body, made.headers["ETag"])


def test_only_what_is_given_changes(acme):
    changed = acme.full.patch(acme.path("partner"), {"contact": "alice@example.org"})
    assert changed.body == {**acme.things["partner"], "contact": "alice@example.org"}


def test_what_need_not_be_said_is_taken_back_with_null(acme):
    assert acme.full.patch(acme.path("partner"), {"website": None}).body["website"] in (None, "")


def test_what_was_done_stands_in_the_audit_trail_under_the_name_of_the_key(acme):
    acme.full.patch(acme.path("partner"), {"name": "Alice & Co"})
    with brand_scope(acme.brand.id):
        line = AuditLine.objects.filter(brand_id=acme.brand.id, act="partner.changed").get()
    assert (line.actor_kind, line.actor_name, line.address) == ("api_key", "Integration", "127.0.0.1")
    told = acme.full.get("/audit?act=partner.changed").body["data"]
    assert [(each["subject"], each["changes"]["name"][1]) for each in told] == [
        (acme.things["partner"]["id"], "Alice & Co")
    ]


def test_an_act_moves_a_partnership_on_and_one_that_does_not_fit_is_refused(acme):
    path = acme.path("partnership")
    assert acme.full.post(f"{path}/pause", {"reason": "The page is down."}).body["state"] == "paused"
    again = acme.full.post(f"{path}/pause", {"reason": "The page is down."})
    assert (again.status, again.code) == (409, "refused")


def test_an_act_that_asks_why_is_not_done_without_a_reason(acme):
    acts = [(noun, act) for noun in NOUNS.values() for act in noun.acts if act.asks_reason]
    assert acts
    for noun, act in acts:
        answer = acme.full.post(f"{acme.path(noun.name)}/{act.name}", {"reason": " "})
        assert (answer.status, [*answer.fields]) == (422, ["reason"]), act.name


def test_an_archived_object_leaves_the_list_and_comes_back(acme):
    path = acme.path("placement")
    assert acme.full.post(f"{path}/archive").status == 200
    assert acme.full.get("/placements").body["data"] == []
    assert [each["state"] for each in acme.full.get("/placements?state=archived").body["data"]] == [
        "archived"
    ]
    acme.full.post(f"{path}/restore")
    assert acme.full.get("/placements").body["total"] == 1


def test_a_change_to_what_one_has_not_seen_is_refused_where_one_asks_for_it(acme):
    path = acme.path("partner")
    seen = acme.full.get(path).headers["ETag"]
    assert acme.full.patch(path, {"name": "One"}, if_match=seen).status == 200
    late = acme.full.patch(path, {"name": "Two"}, if_match=seen)
    assert (late.status, late.code) == (412, "changed_meanwhile")
    assert acme.full.get(path).body["name"] == "One"


def test_a_list_is_read_page_by_page_without_gap_or_repetition(acme):
    for number in range(7):
        acme.full.post("/channels", {"key": f"c{number}", "name": f"Channel {number}"})
    keys, after = [], ""
    while True:
        page = acme.full.get(f"/channels?limit=3&sort=-key&after={after}").body
        keys += [each["key"] for each in page["data"]]
        assert page["total"] == 8
        if page["next"] is None:
            break
        after = page["next"]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) == 8


def test_a_list_is_searched_and_filtered(acme):
    acme.full.post("/partners", {"key": "bob", "name": "Bob", "kind": "voucher"})
    assert [each["key"] for each in acme.full.get("/partners?search=BO").body["data"]] == ["bob"]
    assert [each["key"] for each in acme.full.get("/partners?kind=voucher").body["data"]] == ["bob"]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_longer_list_asks_the_database_no_more_questions(acme, noun):
    plural = NOUNS[noun].plural
    with CaptureQueriesContext(connection) as short:
        acme.full.get(f"/{plural}")
    given = {name: value for name, value in acme.things[noun].items() if name in NOUNS[noun].fields and value}
    for number in range(3):
        partner = acme.full.post("/partners", {"key": f"p{number}", "name": "P", "kind": "content"}).body[
            "key"
        ]
        partnership = acme.full.post("/partnerships", {"program": "shop", "partner": partner}).body["handle"]
        changed = {"key": f"k{number}", "partner": partner, "partnership": partnership}
        acme.full.post(f"/{plural}", {**given, **{name: changed[name] for name in changed if name in given}})
    with CaptureQueriesContext(connection) as long:
        assert acme.full.get(f"/{plural}").body["total"] >= 3
    assert len(long) <= len(short) + 1, [each["sql"] for each in long]


@pytest.mark.parametrize("noun", NOUNS)
def test_the_document_describes_every_value_of_an_object(acme, noun):
    row = next(each.answers[200] for each in OPERATIONS if each.name == f"get_{noun}")
    assert set(acme.things[noun]) <= set(row.model_fields)
    row.model_validate(acme.things[noun])


def test_the_feed_is_read_on_from_where_one_stopped(acme):
    place(limit=1000)
    first = acme.full.get("/announcements?limit=2").body
    rest = acme.full.get(f"/announcements?after={first['next']}").body
    assert [each["place"] for each in first["data"] + rest["data"]] == sorted(
        {each["place"] for each in first["data"] + rest["data"]}
    )
    assert first["total"] == 2 + rest["total"]
    nothing = acme.full.get(f"/announcements?after={rest['next']}").body
    assert (nothing["data"], nothing["next"]) == ([], rest["next"])


NEXT_YEAR = {"effective_on": "2027-01-01", "meaning": {"model": "linear", "windows": {"click": 14}}}


def test_a_preview_of_a_version_says_what_changes_and_changes_nothing(acme):
    path = acme.path("definition")
    seen = acme.full.post(f"{path}/versions?dry_run=true", NEXT_YEAR, idempotency_key="look")
    assert seen.status == 200
    assert {"model", "windows"} <= {each["field"] for each in seen.body["differences"]}
    assert len(acme.full.get(path).body["versions"]) == 1


def test_a_version_is_published_and_an_earlier_one_is_refused(acme):
    path = acme.path("definition")
    assert acme.full.post(f"{path}/versions", NEXT_YEAR).body["version"] == 2
    assert [each["version"] for each in acme.full.get(path).body["versions"]] == [1, 2]
    late = acme.full.post(f"{path}/versions", {**NEXT_YEAR, "effective_on": "2026-06-01"})
    assert (late.status, late.code) == (422, "invalid")


def test_where_the_brand_asks_for_two_people_a_version_is_proposed(acme):
    programs.Brand.objects.filter(id=acme.brand.id).update(needs_second_person=True)
    maker = key_made_by(acme.brand, person("Olga"))
    answer = maker.post(f"{acme.path('definition')}/versions", NEXT_YEAR)
    assert (answer.status, answer.body["state"]) == (202, "open")
    assert len(acme.full.get(acme.path("definition")).body["versions"]) == 1
    nobody = acme.full.post(f"{acme.path('definition')}/versions", NEXT_YEAR)
    assert (nobody.status, nobody.code) == (409, "refused"), "no person stands behind a key made by a command"
