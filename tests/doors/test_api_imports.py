"""Imports by the API: a file in pieces, tried, received by the worker, reconciled; and what waits, corrected."""

import json

import pytest

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.services.in_turn import run_waiting
from tallystick.tracking.imports.services.uploads import PIECE_BYTES
from tests.builders import Brand
from tests.doors.api_cast import EVERYTHING, Caller, key_of
from tests.houses import house, twins

__all__ = ["house", "twins"]

MAPPING = """
name = "orders"
program = "shop"
key = ["order"]
[[events]]
kind = "code_use"
when = { column = "code", filled = true }
fields = { code = { column = "code" }, customer = { column = "who" }, occurred_at = { column = "at" } }
[[events]]
kind = "purchase"
[events.fields]
order = { column = "order" }
customer = { column = "who" }
occurred_at = { column = "at" }
amount = { column = "total" }
[[orders]]
when = { column = "order", starts = "#" }
[orders.fields]
order = { column = "order" }
ordered_at = { column = "at" }
amount = { column = "total" }
"""
FILE = b"""order,at,who,total,code
1,2026-03-02T09:00:00Z,carol,80.00,ALICE10
2,2026-03-02T10:00:00Z,dora,8o.00,
3,2026-03-02T11:00:00Z,erin,9.99,NOBODY
"""


@pytest.fixture
def acme(house) -> Brand:
    return Brand("Acme")


@pytest.fixture
def caller(acme: Brand) -> Caller:
    from tallystick.partners.programs.models import Brand as Row

    return key_of(Row.objects.get(id=acme.id), EVERYTHING)


def uploaded(caller: Caller, content: bytes = FILE, **given) -> str:
    """The id of an import whose file has arrived, in two pieces."""
    begun = caller.post("/imports", {"name": "orders.csv", "size_bytes": len(content), **given})
    assert begun.status == 201, begun.body
    assert begun.headers["Location"].endswith(begun.body["id"])
    half = len(content) // 2
    path = f"/imports/{begun.body['id']}/content"
    first = put(caller, f"{path}?offset=0", content[:half])
    assert (first.body["arrived_bytes"], first.body["state"]) == (half, "uploading")
    last = put(caller, f"{path}?offset={half}", content[half:])
    assert (last.status, last.body["state"]) == (200, "arrived")
    return str(begun.body["id"])


def put(caller: Caller, path: str, content: bytes):
    return caller.call("PUT", path, content, content_type="application/octet-stream")


def received(caller: Caller, acme: Brand, import_id: str):
    """What the import says once the worker has been at it."""
    assert caller.post(f"/imports/{import_id}/start").body["state"] == "queued"
    assert run_waiting(store=journey.inbox(), stopping=lambda: False).done == 1
    acme.works()
    return caller.get(f"/imports/{import_id}").body


def test_a_file_is_brought_tried_received_and_reconciled(caller, acme):
    import_id = uploaded(caller, mapping=MAPPING)
    tried = caller.post(f"/imports/{import_id}/try").body
    assert [(each["line"], each["column"]) for each in tried["problems"]] == [(3, "total"), (4, "code")]
    assert tried["is_whole"]
    done = received(caller, acme, import_id)
    assert (done["state"], done["rows"], done["accepted"], done["error"]) == ("received", 3, 3, "")
    tally = done["tally"]
    assert tally == tried["tally"]
    assert (tally["rows"], tally["counted"], tally["quarantined"]) == (3, 1, 2)
    assert {"what": "purchase", "number": 1, "money": [{"amount": "80.00", "currency": "EUR"}]} in tally[
        "things"
    ]
    listed = caller.get("/imports?state=received").body
    assert [each["id"] for each in listed["data"]] == [import_id]


def test_a_piece_that_belongs_elsewhere_is_refused_and_the_same_again_changes_nothing(caller):
    begun = caller.post("/imports", {"name": "orders.csv"}).body
    path = f"/imports/{begun['id']}/content"
    assert put(caller, f"{path}?offset=0", b"abc").status == 200
    assert put(caller, f"{path}?offset=0", b"abc").body["arrived_bytes"] == 3
    refused = put(caller, f"{path}?offset=7", b"x")
    assert (refused.status, refused.code) == (409, "refused")
    assert "stands at byte 3" in refused.body["error"]["message"]
    large = put(caller, f"{path}?offset=3", bytes(PIECE_BYTES + 1))
    assert (large.status, large.code) == (413, "body_too_large")
    assert put(caller, f"{path}?offset=3&last=true", b"d").body["state"] == "arrived"


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(caller):
    import_id = uploaded(caller, b"%PDF-1.7 and so on", mapping=MAPPING)
    for verb in ("try", "start"):
        refused = caller.post(f"/imports/{import_id}/{verb}")
        assert (refused.status, "PDF" in refused.body["error"]["message"]) == (409, True)


def test_the_mapping_is_given_later_saved_before_or_a_preset(caller, acme):
    assert caller.call("PUT", "/mappings/orders", {"text": MAPPING}).body["version"] == 1
    assert caller.get("/mappings/orders").body["text"] == MAPPING
    known = caller.get("/mappings").body
    assert [each["name"] for each in known["data"]] == ["orders"]
    assert "dub_partners" in [each["name"] for each in known["presets"]]
    import_id = uploaded(caller)
    assert caller.post(f"/imports/{import_id}/start").status == 409
    mapped = caller.call("PUT", f"/imports/{import_id}/mapping", {"saved": "orders"})
    assert mapped.body["mapping"] == "orders"
    partners = (
        b"ID,Name,Email,Country,Status,Group,Enrolled at\n7,Zed,zed@example.org,DE,approved,x,2026-01-01\n"
    )
    of_dub = uploaded(caller, partners, preset="dub_partners", program="shop")
    assert received(caller, acme, of_dub)["tally"]["things"] == [
        {"what": "partners", "number": 1, "money": []}
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"mapping": "name = "}, "mapping"),
        ({"saved": "nothing"}, "saved"),
        ({"preset": "nothing"}, "preset"),
        ({"mapping": MAPPING, "saved": "orders"}, "saved"),
        ({"program": "nothing"}, "program"),
        ({"size_bytes": 0}, "size_bytes"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_field(caller, given, field):
    refused = caller.post("/imports", {"name": "orders.csv", **given})
    assert (refused.status, [*refused.fields]) == (422, [field])
    other = caller.call("PUT", "/mappings/others", {"text": MAPPING})
    assert (other.status, [*other.fields]) == (422, ["text"])


def test_what_waits_is_listed_corrected_and_named(caller, acme):
    import_id = uploaded(caller, mapping=MAPPING)
    received(caller, acme, import_id)
    problems = caller.get(f"/imports/{import_id}/problems").body
    assert [(each["line"], each["column"], each["reason"]) for each in problems["data"]] == [
        (3, "total", "schema"),
        (4, "code", "unknown_partner"),
    ]
    receipt = problems["data"][0]["receipt"]
    path = f"/quarantine/{receipt}/correct"
    again = caller.post(path, {"cells": {"total": "eighty"}}).body
    assert (again["became"], again["problem"]["column"]) == ("waiting", "total")
    done = caller.post(f"/quarantine/{again['receipt']}/correct", {"cells": {"total": "80.00"}})
    assert done.body == {"receipt": done.body["receipt"], "became": "released", "problem": None}
    assert caller.post(path, {"cells": {"total": "1"}}).status == 404
    assert caller.post(path, {}).status == 422
    assert (
        caller.post(f"/quarantine/{ids.show('rcp', ids.new())}/correct", {"cells": {"a": "b"}}).status == 404
    )

    assert caller.get("/names").body["unknown"] == [
        {"program": "shop", "role": "code", "value": "NOBODY", "rows": 1}
    ]
    said = {"role": "code", "value": "NOBODY"}
    assert [*caller.post("/names", {**said, "choice": "map", "to": "nobody"}).fields] == ["to"]
    chosen = caller.post("/names", {**said, "choice": "map", "to": "bob"}).body
    assert (chosen["said"]["to"], chosen["released"], chosen["waiting"]) == ("shop/bob", 1, 0)
    assert [each["to"] for each in caller.get("/names").body["said"]] == ["shop/bob"]
    assert caller.post("/names", {**said, "choice": "forget"}).body["said"] is None
    with brand_scope(acme.id):
        assert Event.objects.filter(kind="purchase").count() == 3
    assert caller.get(f"/imports/{import_id}").body["tally"]["counted"] == 3


def test_an_import_that_was_stopped_goes_on(caller):
    import_id = uploaded(caller, mapping=MAPPING)
    caller.post(f"/imports/{import_id}/start")
    assert caller.post(f"/imports/{import_id}/stop").body["state"] == "stopped"
    assert caller.post(f"/imports/{import_id}/stop").status == 409
    assert caller.post(f"/imports/{import_id}/resume").body["state"] == "queued"
    assert run_waiting(store=journey.inbox(), stopping=lambda: False).done == 1


def test_the_shops_orders_are_compared_with_what_was_tracked(caller, acme):
    content = b"order,at,who,total,code\n#9,2026-03-02T09:00:00Z,carol,80.00,\n#8,2026-03-03T09:00:00Z,carol,8.00,\n"
    event = {"kind": "purchase", "occurred_at": "2026-03-02T09:00:00Z", "customer": "carol", "order": "9"}
    events = json.dumps({**event, "amount": "80"}).encode()
    received(caller, acme, uploaded(caller, content, mapping=MAPPING))
    received(caller, acme, uploaded(caller, events))
    found = caller.get("/orders/reconciliation?program=shop").body
    assert (found["tracking_loss"]["lost"], found["tracking_loss"]["expected"]) == (1, 2)
    assert [(each["order"], each["verdict"], each["why"]) for each in found["data"]] == [
        ("#8", "missing", "only_the_file"),
        ("#9", "matched", None),
    ]
    only = caller.get("/orders/reconciliation?verdict=matched&first=2026-03-02&last=2026-03-02").body
    assert (only["total"], only["data"][0]["found_as"]) == (1, "9")
    assert caller.get("/orders/reconciliation?first=2026-02-31").status == 400


def test_a_key_that_may_only_read_changes_nothing(acme, caller):
    from tallystick.partners.programs.models import Brand as Row

    import_id = uploaded(caller, mapping=MAPPING)
    reader = key_of(Row.objects.get(id=acme.id), ("imports.read",))
    assert reader.get(f"/imports/{import_id}").status == 200
    for path in (f"/imports/{import_id}/start", "/imports", "/names"):
        assert reader.post(path, {}).code == "scope_missing"
    assert put(reader, f"/imports/{import_id}/content", b"x").code == "scope_missing"
    assert json.dumps(reader.get("/mappings").body)
