"""Two brands with a row of every kind each, to try every way from one to the other."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from tallystick.foundation.fields import IdField
from tallystick.foundation.scoping import BrandOwned, brand_scope
from tallystick.kit import ids
from tallystick.partners.programs.models import Brand

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHOSEN = {"state": "active", "kind": "content", "reason": "not_last"}
BY_MODEL: dict[str, dict[str, Any]] = {
    "Quarantined": {"state": "waiting", "reason": "schema"},
    "Credit": {"share_ppb": 0},
    "Code": {"key": "TEN"},
    "Campaign": {"starts_on": date(2026, 11, 20), "ends_on": date(2026, 11, 27)},
    "Seat": {"role": "partner"},
    "Invitation": {"role": "partner", "state": "open"},
    "Proposal": {"state": "open", "decided_by_id": None},
    "Binding": {"event_id": None},
    "Import": {"state": "received"},
}

OWNED: list[type[BrandOwned]] = sorted(
    (model for model in apps.get_models() if issubclass(model, BrandOwned)), key=lambda model: model.__name__
)


def name_of(model: type[BrandOwned]) -> str:
    return model.__name__


def owned_foreign_keys(model: type[BrandOwned]) -> Iterator[Any]:
    """The foreign keys of a model that lead to another row of a brand."""
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and issubclass(target, BrandOwned):
            yield field


class People:
    """One brand with rows, made as they are needed."""

    def __init__(self, key: str) -> None:
        self.brand = Brand(key=f"{key}-{ids.new().hex[-12:]}", name=key.title())
        self.brand.save()
        self.rows: dict[Any, Any] = {}

    @property
    def id(self) -> UUID:
        return self.brand.id

    def row(self, model: type[BrandOwned]) -> Any:
        """The brand's row of a model, with the rows it points to."""
        if model not in self.rows:
            self.rows[model] = self.unsaved(model)
            with brand_scope(self.id):
                self.rows[model].save(force_insert=True)
        return self.rows[model]

    def unsaved(self, model: type[BrandOwned], **changes: Any) -> Any:
        """A row of a model as it would be saved: every field filled with something that fits."""
        values = {
            field.name: self._value(field, model)
            for field in model._meta.concrete_fields
            if field.name != "id"
        }
        return model(**values | BY_MODEL.get(model.__name__, {}) | changes)

    def _first(self, model: type[BrandOwned]) -> Any:
        """A row of a model that points to rows of its own, which points to none."""
        key = ("first", model)
        if key not in self.rows:
            self.rows[key] = None
            self.rows[key] = self.unsaved(model)
            with brand_scope(self.id):
                self.rows[key].save(force_insert=True)
        return self.rows[key]

    def _value(self, field: Any, model: type[BrandOwned]) -> Any:
        if field.name == "brand":
            return self.brand
        if field.is_relation and field.related_model is model:
            return self._first(model)
        if field.is_relation:
            return self.row(field.related_model)
        if field.name == "path" or (field.unique and isinstance(field, models.CharField)):
            return ids.new().hex
        if field.name in CHOSEN:
            return CHOSEN[field.name]
        return _plain(field)


def _plain(field: Any) -> Any:
    plain: tuple[tuple[type, Any], ...] = (
        (models.BooleanField, False),
        (models.DateTimeField, None if field.null else NOON),
        (models.DateField, date(2026, 11, 20)),
        (models.JSONField, {}),
        (IdField, ids.new()),
        (models.IntegerField, 1),
        (models.URLField, "https://acme.example/"),
        (models.CharField, "x"),
        (models.TextField, "x"),
    )
    return next(value for kind, value in plain if isinstance(field, kind))
