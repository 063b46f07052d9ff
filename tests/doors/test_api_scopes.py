"""Every operation × every role's scopes × a foreign brand: what a key may not is refused, nothing leaks (R10)."""

import json

import pytest
from django.conf import settings
from django.test import override_settings

from tallystick.doors.api.api import OPERATIONS
from tallystick.doors.api.calls import Operation
from tallystick.partners.accounts.rules import BRAND_ROLES, RIGHTS, rights_of
from tests.doors.api_cast import Caller, Said, World, everything, mapping_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

FOR_ANY_KEY = {"get_brand"}
"""Operations that ask for no scope: they tell a key about itself."""


OF_IMPORTS = {
    "begin_import": lambda mark: {"name": f"{mark}.csv"},
    "map_import": lambda mark: {"saved": mark},
    "save_mapping": lambda mark: {"text": mapping_of(mark)},
    "say_name": lambda mark: {"program": "shop", "role": "code", "value": mark, "choice": "ignore"},
    "correct_receipt": lambda mark: {"cells": {"c": mark}},
    "start_import": lambda _mark: {},
}
"""Bodies of operations that are no noun's."""

BY_ITS_OWN_NAME = {"save_mapping", "get_kpi", "list_kpi_rows"}
"""What is made, or asked for, under the name in its address is never another brand's."""


@pytest.fixture
def acme() -> World:
    return opened("Acme")


@pytest.fixture
def zoe() -> World:
    return opened("Zoe")


def scopes_of(role) -> tuple[str, ...]:
    return tuple(name for name in sorted(rights_of([role])) if RIGHTS[name].by_key)


def thing_of(operation: Operation) -> str:
    """The noun whose id stands in an operation's path."""
    return operation.path.split("/")[1].removesuffix("s")


def called(operation: Operation, caller: Caller, world: World, body=None) -> Said:
    """Call an operation about the objects of a world, with a body that its types take."""
    path = operation.path
    if path.startswith("/kpis/"):
        path = f"{path.replace('{id}', 'invalid_traffic_rate')}?program=shop"
    if "{id}" in path:
        path = path.replace("{id}", world.things[thing_of(operation)]["id"])
    if operation.name == "reconcile_orders":
        path = f"{path}?program=shop"
    given = body if body is not None else body_of(operation, world)
    return caller.call(operation.method, path, given if operation.writes else None)


def body_of(operation: Operation, world: World) -> dict:
    if operation.method == "PATCH":
        return {}
    if operation.name == "publish_version":
        return {"effective_on": "2027-01-01", "meaning": {}}
    if operation.name.startswith("open_"):
        given = everything(world.brand.key)[operation.name.removeprefix("open_")]
        return {**given, "key": "another"} if "key" in given else given
    if operation.name in OF_IMPORTS:
        return OF_IMPORTS[operation.name](world.brand.key)
    return {"reason": "Because."}


def test_every_operation_names_a_right_that_keys_can_have():
    assert {operation.name for operation in OPERATIONS if operation.right is None} == FOR_ANY_KEY
    assert all(RIGHTS[operation.right].by_key for operation in OPERATIONS if operation.right)


def test_what_only_reads_needs_a_right_to_read_and_what_writes_never_does():
    for operation in OPERATIONS:
        if operation.right:
            assert operation.right.endswith(".read") is not operation.writes, operation.name


@pytest.mark.parametrize("role", BRAND_ROLES)
def test_a_key_does_what_its_scopes_say_and_nothing_of_another_brand_is_ever_told(acme, zoe, role):
    scopes = scopes_of(role)
    caller = acme.caller(*scopes)
    mark = zoe.brand.key
    before = standing(zoe)
    with override_settings(
        TALLYSTICK=settings.TALLYSTICK.model_copy(update={"api_calls_per_minute": 10_000})
    ):
        for operation in OPERATIONS:
            own, foreign = (
                called(operation, caller, acme),
                called(operation, caller, zoe, body_of(operation, acme)),
            )
            if operation.right is None or operation.right in scopes:
                assert own.status in (200, 201, 409), (operation.name, own.body)
                if "{id}" in operation.path and operation.name not in BY_ITS_OWN_NAME:
                    assert (foreign.status, foreign.code) == (404, "not_found"), operation.name
            else:
                assert (own.code, foreign.code) == ("scope_missing", "scope_missing"), operation.name
            for answer in (own, foreign):
                assert mark not in json.dumps([answer.body, dict(answer.headers)]), operation.name
        assert standing(zoe) == before


@pytest.mark.parametrize("field", ["program", "partner", "partnership", "placement", "campaign"])
def test_an_object_of_another_brand_cannot_be_named_in_a_body(acme, zoe, field):
    asking = [each for each in OPERATIONS if each.body and field in each.body.model_fields]
    assert asking
    for operation in asking:
        given = {**body_of(operation, acme), field: zoe.things[field]["id"]}
        answer = called(operation, acme.full, acme, given)
        assert (answer.status, [*answer.fields]) == (422, [field]), operation.name
        assert zoe.brand.key not in json.dumps(answer.body)


def test_without_a_key_every_operation_is_refused(acme):
    for operation in OPERATIONS:
        assert called(operation, Caller(), acme).code == "key_missing", operation.name


def standing(world: World) -> list:
    """Everything of a brand, as it reads it itself."""
    return [world.full.get(f"/{noun}s/{thing['id']}").body for noun, thing in world.things.items()]
