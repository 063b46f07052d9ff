"""Tenant scoping: a row of a brand can be read and written only inside that brand's scope.

Django's managers are the one gate. `BrandOwned` sets `base_manager_name`, so what Django does
behind one's back (forward foreign keys, `save`, `refresh_from_db`, deletion) goes through
it as well as what code asks for. The manager raises when the query is *made*, not when it runs, so
`exists`, `explain`, `count` and slices need no guard of their own. Joins cannot cross brands because
the database refuses a foreign key to another brand's row (see `guards`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models

from tallystick.foundation.fields import IdField, id_column

_SCOPE: ContextVar[UUID | None] = ContextVar("tallystick_brand", default=None)

Row = TypeVar("Row", bound=models.Model)


class ScopeMissing(RuntimeError):
    """A tenant's rows were asked for outside any brand's scope: a fault of the program, never of the user."""


class ForeignRow(RuntimeError):
    """A row of one brand was about to be written inside the scope of another."""


@contextmanager
def brand_scope(brand_id: UUID) -> Iterator[None]:
    """Everything inside reads and writes this brand only. Scopes nest; the inner one holds.

    Raises ScopeMissing for anything that is not an id: `None` must never mean "all brands".
    """
    if not isinstance(brand_id, UUID):
        raise ScopeMissing(f"a scope needs a brand's id, not {brand_id!r}")
    token = _SCOPE.set(brand_id)
    try:
        yield
    finally:
        _SCOPE.reset(token)


def current_brand() -> UUID:
    """The brand of the scope one stands in; raises ScopeMissing outside."""
    brand_id = _SCOPE.get()
    if brand_id is None:
        raise ScopeMissing("no brand is in scope: wrap the call in brand_scope(brand_id)")
    return brand_id


def brand_or_none() -> UUID | None:
    """The brand of the scope one stands in; None outside: for what an installation has as well as a brand."""
    return _SCOPE.get()


class BrandManager(models.Manager[Row]):
    """The only way to a tenant's rows: filtered by the brand in scope, closed outside of one."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return BrandQuerySet(self.model, using=self._db).filter(brand_id=current_brand())


class BrandQuerySet(models.QuerySet[Row]):
    """A query set whose writes of whole rows check the brand, also those that never call `save`."""

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        if len(args) > 2 or kwargs.get("update_conflicts"):
            raise ForeignRow(
                "a conflict may lie with another brand's row: update rows of this brand by `update`"
            )
        rows = list(objs)
        for row in rows:
            refuse_foreign(row)
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Row], fields: Iterable[str], batch_size: int | None = None) -> int:
        rows = list(objs)
        for row in rows:
            refuse_foreign(row)
        return super().bulk_update(rows, fields, batch_size)

    def update(self, **changes: Any) -> int:
        if "brand" in changes or "brand_id" in changes:
            raise ForeignRow("a row never changes its brand")
        return super().update(**changes)


def refuse_foreign(row: models.Model) -> None:
    """Give the brand in scope to a row without one; raise ForeignRow where it has another."""
    owner = getattr(row, "brand_id", None)
    if owner is None:
        row.brand_id = current_brand()  # type: ignore[attr-defined]
    elif owner != current_brand():
        raise ForeignRow(f"{type(row).__name__} belongs to another brand than the scope it is written in")


def across_brands(model: type[Row]) -> models.QuerySet[Row]:
    """A tenant's table with the rows of every brand: for what must be found before a brand is known.

    Whose seats, whose API key, whose invitation. The modules that may ask this are named in `tests/house`.
    """
    return models.QuerySet(model)


class BrandOwned(models.Model):
    """A tenant's row: an id, a brand, and a manager that knows no other brand.

    `append_only = True` in a subclass makes the database refuse UPDATE and DELETE on its table.
    """

    append_only: ClassVar[bool] = False

    id = id_column()
    brand = models.ForeignKey("programs.Brand", on_delete=models.PROTECT, related_name="+", editable=False)

    objects: ClassVar[BrandManager[Self]] = BrandManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_foreign(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_foreign(self)
        # Django deletes a single row by its key alone, and the key may be of another brand than the row says.
        if not type(self).objects.filter(pk=self.pk).exists():
            raise ForeignRow(f"there is no such {type(self).__name__} in the brand in scope")
        return super().delete(*args, **kwargs)


__all__ = [
    "BrandManager",
    "BrandOwned",
    "ForeignRow",
    "IdField",
    "ScopeMissing",
    "across_brands",
    "brand_or_none",
    "brand_scope",
    "current_brand",
    "refuse_foreign",
]
