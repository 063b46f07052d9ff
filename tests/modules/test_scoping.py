"""A brand's rows can be read and written only inside its scope; from another brand's they do not exist."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count

from tallystick.foundation.scoping import ForeignRow, ScopeMissing, brand_scope, current_brand
from tallystick.kit import ids
from tallystick.partners.partnerships.models import Partner, Partnership, Placement
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.models import Mapping
from tests.modules.scoping_cast import OWNED, People, name_of, owned_foreign_keys

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

every_model = pytest.mark.parametrize("model", OWNED, ids=name_of)


@pytest.fixture
def acme() -> People:
    return People("acme")


@pytest.fixture
def zoe() -> People:
    return People("zoe")


ASKED: dict[str, Callable[[Any], Any]] = {
    "all": lambda rows: rows.all(),
    "filter": lambda rows: rows.filter(id=ids.new()),
    "get": lambda rows: rows.get(id=ids.new()),
    "exists": lambda rows: rows.exists(),
    "count": lambda rows: rows.count(),
    "aggregate": lambda rows: rows.aggregate(Count("id")),
    "explain": lambda rows: rows.explain(),
    "first": lambda rows: rows.first(),
    "none": lambda rows: rows.none(),
    "in_bulk": lambda rows: rows.in_bulk(),
    "values": lambda rows: rows.values("id"),
    "raw": lambda rows: rows.raw("SELECT 1"),
    "iterator": lambda rows: list(rows.iterator()),
    "update": lambda rows: rows.update(id=ids.new()),
    "create": lambda rows: rows.create(),
    "get_or_create": lambda rows: rows.get_or_create(id=ids.new()),
    "bulk_create": lambda rows: rows.bulk_create([]),
    "bulk_update": lambda rows: rows.bulk_update([], ["id"]),
    "delete": lambda rows: rows.all().delete(),
    "select_for_update": lambda rows: rows.select_for_update(),
}


@every_model
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED.keys())
def test_outside_a_scope_nothing_can_be_asked_of_any_table(model, ask):
    for manager in (model.objects, model._base_manager, model._default_manager):
        with pytest.raises(ScopeMissing):
            ask(manager)


@every_model
def test_outside_a_scope_a_row_in_hand_can_be_neither_saved_deleted_nor_read_again(model, acme):
    row = acme.row(model)
    for act in (row.save, row.delete, row.refresh_from_db):
        with pytest.raises(ScopeMissing):
            act()


@every_model
def test_inside_a_scope_the_rows_of_other_brands_do_not_exist(model, acme, zoe):
    mine, hers = acme.row(model), zoe.row(model)
    with brand_scope(acme.id):
        found = model.objects.all()
        assert mine in found
        assert hers not in found
        assert not model.objects.filter(id=hers.id).exists()
        assert not model._base_manager.filter(id=hers.id).exists()
        assert {row.brand_id for row in model.objects.select_related()} == {acme.id}
        with pytest.raises(model.DoesNotExist):
            model.objects.get(id=hers.id)
        with pytest.raises(model.DoesNotExist):
            hers.refresh_from_db()


@every_model
def test_inside_a_scope_a_row_of_another_brand_is_neither_written_nor_deleted(model, acme, zoe):
    hers = zoe.row(model)
    new = zoe.unsaved(model)
    with brand_scope(acme.id):
        for act in (
            hers.save,
            new.save,
            hers.delete,
            lambda: model.objects.bulk_create([new]),
            lambda: model.objects.bulk_update([hers], ["id"]),
            lambda: model.objects.update(brand=acme.brand),
            lambda: model.objects.update(brand_id=acme.id),
        ):
            with pytest.raises(ForeignRow):
                act()
        assert model.objects.filter(id=hers.id).delete()[0] == 0
        assert model.objects.filter(id=hers.id).update(id=ids.new()) == 0
    with brand_scope(zoe.id):
        assert model.objects.get(id=hers.id) == hers


@every_model
def test_a_row_of_another_brand_cannot_be_deleted_under_ones_own_name(model, acme, zoe):
    hers = zoe.row(model)
    forged = acme.unsaved(model, id=hers.id)
    with brand_scope(acme.id), pytest.raises(ForeignRow):
        forged.delete()
    with brand_scope(zoe.id):
        assert model.objects.filter(id=hers.id).exists()


@pytest.mark.parametrize(
    ("model", "field"),
    [(model, field.name) for model in OWNED for field in owned_foreign_keys(model)],
    ids=lambda part: part if isinstance(part, str) else name_of(part),
)
def test_a_foreign_key_leads_nowhere_outside_the_scope(model, field, acme):
    with brand_scope(acme.id):
        row = model.objects.get(id=acme.row(model).id)
    with pytest.raises(ScopeMissing):
        getattr(row, field)
    with brand_scope(acme.id):
        assert getattr(row, field).brand_id == acme.id


def test_a_conflict_with_another_brands_row_cannot_be_turned_into_an_update(acme, zoe):
    hers = zoe.row(Partner)
    forged = acme.unsaved(Partner, id=hers.id, name="Mallory was here")
    with brand_scope(acme.id), pytest.raises(ForeignRow):
        Partner.objects.bulk_create(
            [forged], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
        )
    with brand_scope(zoe.id):
        assert Partner.objects.get(id=hers.id).name == hers.name


def test_a_scope_is_never_for_all_brands():
    for everything in (None, "", "all", b"\0" * 16):
        with pytest.raises(ScopeMissing), brand_scope(everything):
            raise AssertionError("the scope was entered")


def test_scopes_nest_and_the_inner_one_holds(acme, zoe):
    with brand_scope(acme.id):
        with brand_scope(zoe.id):
            assert current_brand() == zoe.id
        assert current_brand() == acme.id
    with pytest.raises(ScopeMissing):
        current_brand()


def test_a_scope_ends_with_the_error_that_leaves_it(acme):
    with pytest.raises(KeyError), brand_scope(acme.id):
        raise KeyError
    with pytest.raises(ScopeMissing):
        current_brand()


def test_tasks_that_run_at_once_keep_their_own_scopes(acme, zoe):
    async def seen(brand: Brand) -> list[Any]:
        with brand_scope(brand.id):
            found = []
            for _ in range(3):
                await asyncio.sleep(0)
                found.append(current_brand())
            return found

    async def both() -> list[list[Any]]:
        return list(await asyncio.gather(seen(acme.brand), seen(zoe.brand)))

    assert asyncio.run(both()) == [[acme.id] * 3, [zoe.id] * 3]


def test_a_question_asked_inside_one_scope_still_has_its_brand_in_another(acme, zoe):
    acme.row(Partner), zoe.row(Partner)
    with brand_scope(acme.id):
        asked = Partner.objects.filter(name="x")
    with brand_scope(zoe.id):
        assert {row.brand_id for row in asked} == {acme.id}


def test_a_row_made_without_a_brand_gets_the_one_in_scope(acme):
    with brand_scope(acme.id):
        mapping = Mapping(name="orders", version=1, text="")
        mapping.save()
        (listed,) = Mapping.objects.bulk_create([Mapping(name="orders", version=2, text="")])
    assert mapping.brand_id == listed.brand_id == acme.id


def test_joins_see_only_rows_of_the_brand_because_no_row_points_out_of_it(acme, zoe):
    acme.row(Placement), zoe.row(Placement)
    with brand_scope(acme.id):
        (row,) = Placement.objects.select_related("partnership__partner", "partnership__program")
        assert row.partnership.partner.brand_id == row.partnership.program.brand_id == acme.id
        assert Placement.objects.filter(partnership__partner=zoe.row(Partner)).count() == 0
        assert Partnership.objects.filter(partner__name="x").count() == 1


def test_every_table_of_a_brand_is_known_to_these_tests():
    assert {model.__name__ for model in OWNED} >= {"Event", "Conversion", "Credit", "Cursor", "Quarantined"}
