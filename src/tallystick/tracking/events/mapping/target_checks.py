"""What is checked of each target of a mapping when it is read, so that no row has to find it out. Pure."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from tallystick.kit import kinds
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.demands import ATTRIBUTES, OWNED, OWNER_FIELDS, WITH_AMOUNT, named_in
from tallystick.tracking.events.mapping.field_checks import check_condition, check_source, check_texts
from tallystick.tracking.events.mapping.form import BadMapping, EventFrom, FieldFrom, Mapping, Target
from tallystick.tracking.events.mapping.makers import conditions, maker_of
from tallystick.tracking.events.mapping.targets import LINES, TARGETS, TIMES, TargetForm, fields_of


def check_target(mapping: Mapping, name: str, target: Target, where: str) -> None:
    """Refuse a target that no row could ever become. Raises BadMapping. where: `events[1]`, counted from 1."""
    form = TARGETS[name]
    for field in target.fields:
        _check_known(form, field, f"{where}.fields")
    sources = fields_of(mapping, name, target)
    for field, source in sources.items():
        # A shared field is told of where it stands.
        at = f"{where}.fields.{field}" if field in target.fields else f"fields.{field}"
        check_source(field, source, at)
        check_texts(mapping, name, field, source, at)
    for field in form.required:
        if field not in sources:
            raise BadMapping(
                "`%(where)s.fields` has no `%(field)s`: say which column is %(what)s",
                where=where,
                field=field,
                what="the time" if field in TIMES else f"the {field}",
            )
    if target.attributes and "attributes" not in form.body.__struct_fields__:
        raise BadMapping("`%(where)s.attributes`: %(one)s has none", where=where, one=form.one)
    for condition in conditions(target):
        check_condition(condition, f"{where}.when")
    if name == "totals" and not sources.keys() & {"value", "amount"}:
        raise BadMapping("`%(where)s.fields` needs `value`, or `amount` for money", where=where)
    if isinstance(target, EventFrom):
        _check_event(mapping, target, sources, where)
    _check_made(mapping, name, target, where)


def _check_event(mapping: Mapping, event: EventFrom, sources: Dict[str, FieldFrom], where: str) -> None:
    if event.kind not in kinds.ALL:
        raise BadMapping(
            "`%(where)s.kind` is %(kind)r; kinds: %(all)s",
            where=where,
            kind=event.kind,
            all=", ".join(kinds.ALL),
        )
    if event.origin:
        _check_origin(event, where)
    if event.lines:
        _check_lines(mapping, event, "amount" in sources, where)
    _check_demands(event, sources, where)


def _check_demands(event: EventFrom, sources: Dict[str, FieldFrom], where: str) -> None:
    """What verification would refuse of every row."""
    named = named_in(event.kind)
    if not sources.keys() & set(named):
        raise BadMapping(
            "`%(where)s.fields` names nobody: a %(kind)s needs one of %(fields)s",
            where=where,
            kind=event.kind,
            fields=", ".join(named),
        )
    if event.kind in OWNED and not event.origin and not sources.keys() & set(OWNER_FIELDS):
        raise BadMapping(
            "`%(where)s` does not say whose it is: a %(kind)s needs `origin`, or one of the fields %(fields)s",
            where=where,
            kind=event.kind,
            fields=", ".join(OWNER_FIELDS),
        )
    asked = ATTRIBUTES.get(event.kind, ())
    if asked and not event.attributes.keys() & set(asked):
        raise BadMapping(
            "`%(where)s.attributes` needs one of %(names)s for a %(kind)s",
            where=where,
            names=", ".join(asked),
            kind=event.kind,
        )
    if event.kind in WITH_AMOUNT and "amount" not in sources and not event.lines:
        raise BadMapping(
            "`%(where)s.fields` has no `amount`: a %(kind)s says how much went back; the whole order is taken back "
            "by a cancellation",
            where=where,
            kind=event.kind,
        )


def _check_origin(event: EventFrom, where: str) -> None:
    assert event.origin is not None
    if event.fields.keys() & set(OWNER_FIELDS):
        raise BadMapping(
            "`%(where)s` has an `origin` and fields that say whose it is; keep one of them", where=where
        )
    named = [(f"values.{cell}", keys) for cell, keys in event.origin.values.items()]
    for place, keys in [*named, ("otherwise", event.origin.otherwise or {})]:
        if not keys.keys() <= set(OWNER_FIELDS):
            raise BadMapping(
                "`%(where)s.origin.%(place)s` names partner, placement, link, code or channel",
                where=where,
                place=place,
            )


def _check_lines(mapping: Mapping, event: EventFrom, has_amount: bool, where: str) -> None:
    assert event.lines is not None
    at = f"{where}.lines"
    fields = event.lines.fields
    if has_amount and not mapping.group_by:
        raise BadMapping(
            "`%(where)s` are given for a row that has its `amount`: give `group_by` for orders of several rows, or "
            "leave one of the two out",
            where=at,
        )
    for field, source in fields.items():
        _check_known(LINES, field, f"{at}.fields")
        check_source(field, source, f"{at}.fields.{field}")
        if source.row:
            raise BadMapping("`%(where)s.fields.%(field)s` comes from a column", where=at, field=field)
    if not fields or not (has_amount or "amount" in fields or {"quantity", "unit_price"} <= fields.keys()):
        raise BadMapping(
            "`%(where)s.fields` needs `amount`, or `quantity` and `unit_price`: the order is worth what they add up to",
            where=at,
        )
    for condition in conditions(event.lines):
        check_condition(condition, f"{at}.when")


def _check_known(form: TargetForm, field: str, where: str) -> None:
    if field not in form.fields:
        raise BadMapping(
            "`%(where)s` has %(field)r; fields of %(one)s: %(fields)s",
            where=where,
            field=field,
            one=form.one,
            fields=", ".join(form.fields),
        )


def _check_made(mapping: Mapping, name: str, target: Target, where: str) -> None:
    """Make the target ready once: what its constants and listed times cannot be is found out here."""
    try:
        maker_of(mapping, name, target)
    except Rejected as wrong:
        raise BadMapping("`%(where)s`: %(detail)s", where=where, detail=wrong.detail) from wrong
