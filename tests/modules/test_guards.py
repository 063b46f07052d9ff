"""What the database itself refuses, by whatever road a statement comes."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from tallystick.foundation import guards
from tallystick.foundation.bulk import insert_rows
from tallystick.foundation.fields import IdField
from tallystick.foundation.scoping import ForeignRow, ScopeMissing, brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.partnerships.models import Partner, Partnership
from tallystick.partners.programs.models import Definition
from tallystick.tracking.events.models import Event, Identity, Mapping
from tests.modules.scoping_cast import OWNED, People, name_of, owned_foreign_keys

pytestmark = pytest.mark.django_db

APPEND_ONLY = [model for model in OWNED if model.append_only]
POINTING = [(model, field) for model in OWNED for field in owned_foreign_keys(model)]


@pytest.fixture
def acme() -> People:
    return People("acme")


@pytest.fixture
def zoe() -> People:
    return People("zoe")


def run(statement, *parameters):
    quoted = [IdField().get_db_prep_value(value, connection) for value in parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement, quoted)
        return cursor.rowcount


def refuses(statement, *parameters, because):
    with pytest.raises(DatabaseError, match=because), transaction.atomic():
        run(statement, *parameters)


def test_what_is_past_is_append_only():
    names = {name_of(model) for model in APPEND_ONLY}
    assert names >= {
        "Event",
        "Identity",
        "Mapping",
        "DefinitionVersion",
        "PartnershipChange",
        "Attribution",
        "Credit",
        "Revision",
        "Binding",
    }


@pytest.mark.parametrize("model", APPEND_ONLY, ids=name_of)
def test_an_append_only_row_is_neither_changed_nor_deleted_by_any_statement(model, acme):
    row, table = acme.row(model), model._meta.db_table
    refuses(f"UPDATE {table} SET id = id WHERE id = %s", row.id, because="append-only")
    refuses(f"DELETE FROM {table} WHERE id = %s", row.id, because="append-only")
    with brand_scope(acme.id):
        assert model.objects.get(id=row.id) == row
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            row.delete()


@pytest.mark.parametrize(
    ("model", "field"), POINTING, ids=lambda part: getattr(part, "name", None) or name_of(part)
)
def test_no_row_points_at_a_row_of_another_brand(model, field, acme, zoe):
    mine, hers = acme.row(model), zoe.row(field.related_model)
    with brand_scope(acme.id), pytest.raises(DatabaseError, match="another brand"), transaction.atomic():
        acme.unsaved(model, **{field.name: hers}).save()
    if not model.append_only:
        table = model._meta.db_table
        refuses(
            f"UPDATE {table} SET {field.column} = %s WHERE id = %s", hers.id, mine.id, because="another brand"
        )


def test_the_guards_are_all_there_after_migrating():
    assert guards.missing_guards() == []


def test_a_guard_that_was_dropped_is_reported_and_comes_back_with_the_next_migration(acme):
    guard = next(guard for guard in guards.guards(connection.vendor) if guard.table == Mapping._meta.db_table)
    where = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
    run(f"DROP TRIGGER {guard.name}{where}")
    assert guards.missing_guards() == [guard.name]
    call_command("migrate", verbosity=0)
    assert guards.missing_guards() == []


def test_a_guard_that_was_disabled_is_reported(acme):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no disabled triggers")
    guard = next(guard for guard in guards.guards("postgresql") if guard.table == Mapping._meta.db_table)
    run(f"ALTER TABLE {guard.table} DISABLE TRIGGER {guard.name}")
    assert guards.missing_guards() == [guard.name]


@pytest.mark.django_db(transaction=True)
def test_the_guards_survive_the_rebuilding_of_their_table(house):
    """As Django alters a column on SQLite: a new table, the rows copied, the old one dropped with its triggers."""
    wider = models.SlugField(max_length=90)
    wider.set_attributes_from_name("name")
    wider.model = Mapping
    narrow = Mapping._meta.get_field("name")
    for old, new in ((narrow, wider), (wider, narrow)):
        with connection.schema_editor() as editor:
            editor.alter_field(Mapping, old, new, strict=True)
        lost = guards.missing_guards()
        assert bool(lost) is (connection.vendor == "sqlite"), lost
        call_command("migrate", verbosity=0)
        assert guards.missing_guards() == []
    acme = People("acme")
    row = acme.row(Mapping)
    refuses(f"DELETE FROM {Mapping._meta.db_table} WHERE id = %s", row.id, because="append-only")


def columns_of(model):
    return [field.name for field in model._meta.concrete_fields if field.name != "brand"]


@pytest.mark.parametrize("model", OWNED, ids=name_of)
def test_rows_inserted_in_bulk_are_the_rows_that_the_orm_inserts(model, acme, zoe):
    wanted = acme.row(model)
    names = columns_of(model)
    with brand_scope(acme.id):
        saved = model.objects.filter(id=wanted.id).values_list(*names).get()
    twin = zoe.unsaved(model)
    with brand_scope(zoe.id):
        given = [getattr(twin, field.attname) for field in _fields(model, names)]
        assert insert_rows(model, names, [given]) == 1
        copy = model.objects.get(id=twin.id)
        for field in model._meta.concrete_fields:
            assert getattr(copy, field.attname) == getattr(twin, field.attname), field.name
    assert [type(value) for value in saved] == [type(getattr(copy, f.attname)) for f in _fields(model, names)]


def _fields(model, names):
    return [model._meta.get_field(name) for name in names]


def test_a_bulk_insert_knows_only_the_brand_in_scope(acme, zoe):
    rows = [(ids.new(), "v1", "carol", ids.new())]
    columns = ("id", "visitor", "customer", "event_id")
    with pytest.raises(ScopeMissing):
        insert_rows(Identity, columns, rows)
    with brand_scope(acme.id):
        with pytest.raises(ForeignRow):
            insert_rows(Identity, ("brand", *columns), [(zoe.brand, *rows[0])])
        assert insert_rows(Identity, columns, []) == 0
        assert insert_rows(Identity, columns, rows) == 1
        assert Identity.objects.get().brand_id == acme.id


def test_a_bulk_insert_stands_whole_or_not_at_all(acme, zoe):
    columns = ("id", "visitor", "customer", "event_id")
    twice = ids.new()
    rows = [
        (ids.new(), "v1", "carol", ids.new()),
        (twice, "v2", "c", ids.new()),
        (twice, "v3", "d", ids.new()),
    ]
    with brand_scope(acme.id):
        with pytest.raises(DatabaseError), transaction.atomic():
            insert_rows(Identity, columns, rows)
        assert Identity.objects.count() == 0


def test_a_bulk_insert_cannot_point_at_another_brands_row(acme, zoe):
    acme.row(Partnership)
    program, hers = acme.row(Partnership).program_id, zoe.row(Partner).id
    row = (ids.new(), program, hers, "active", "", "", clock.now())
    with brand_scope(acme.id), pytest.raises(DatabaseError, match="another brand"), transaction.atomic():
        insert_rows(Partnership, ("id", "program", "partner", "state", "tier", "owner", "created_at"), [row])


def test_texts_that_look_like_the_copy_format_come_back_as_they_are(acme):
    texts = [
        "\\N",
        "a\tb",
        "line\nbreak",
        "\\.",
        "'; DROP TABLE x; --",
        "{}",
        "Zoë 🎷",
        "%s",
        '"quoted"',
        "\\",
    ]
    with brand_scope(acme.id):
        insert_rows(
            Identity,
            ("id", "visitor", "customer", "event_id"),
            [(ids.new(), text, str(n), ids.new()) for n, text in enumerate(texts)],
        )
        assert [
            row.visitor for row in sorted(Identity.objects.all(), key=lambda row: int(row.customer))
        ] == texts


def test_an_events_attributes_come_back_as_they_are(acme):
    event = acme.unsaved(Event, attributes={"a": "ü", "b": "", "c\n": "\\"})
    names = columns_of(Event)
    with brand_scope(acme.id):
        insert_rows(Event, names, [[getattr(event, field.attname) for field in _fields(Event, names)]])
        assert Event.objects.get(id=event.id).attributes == {"a": "ü", "b": "", "c\n": "\\"}


def test_a_definition_of_another_brand_has_no_conversion_of_this_one(acme, zoe):
    hers = zoe.row(Definition)
    with brand_scope(acme.id):
        assert not Definition.objects.filter(id=hers.id).exists()
