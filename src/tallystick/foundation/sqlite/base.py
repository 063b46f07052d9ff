"""Django's SQLite backend on pysqlite3, durable by default and with writers that queue instead of failing.

Django's own backend names the interpreter's ``sqlite3`` in a few places; each is replaced here by
the driver of ``connect``, without touching ``sys.modules``: the DB-API module (and with it the error
classes), how a connection is opened, the cursor, the adapters, and what depends on the library's version.
Transactions begin IMMEDIATE: a block that reads and later writes cannot lose the race for the write lock. Writers
pass a turnstile, so that none of them is always the quicker one.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.db.backends.sqlite3 import base as django_sqlite
from django.db.backends.sqlite3._functions import (  # type: ignore[import-untyped]
    register as register_functions,
)
from django.db.backends.sqlite3.features import DatabaseFeatures as DjangoFeatures
from django.utils.asyncio import async_unsafe
from django.utils.dateparse import parse_date, parse_datetime, parse_time

from tallystick.foundation.sqlite.connect import TIMEOUT_SECONDS, configure, driver, require_safe_library
from tallystick.foundation.sqlite.turnstile import Turnstile, writes

if TYPE_CHECKING:
    from pysqlite3.dbapi2 import Connection

driver.register_converter("bool", b"1".__eq__)
driver.register_converter("date", lambda value: parse_date(value.decode()))
driver.register_converter("time", lambda value: parse_time(value.decode()))
driver.register_converter("datetime", lambda value: parse_datetime(value.decode()))
driver.register_converter("timestamp", lambda value: parse_datetime(value.decode()))
driver.register_adapter(decimal.Decimal, str)
driver.register_adapter(dt.date, lambda value: value.isoformat())
driver.register_adapter(dt.datetime, lambda value: value.isoformat(" "))


_NO_TURN: Final = nullcontext()


class Cursor(driver.Cursor):
    """A pysqlite3 cursor that takes Django's ``%s`` and ``%(name)s`` placeholders."""

    turnstile: Turnstile | None = None

    def execute(self, query: str, params: Any = None) -> Any:
        with self._turn(query):
            if params is None:
                return super().execute(query)
            return super().execute(_placeholders(query, params), params)

    def executemany(self, query: str, rows: Iterable[Any]) -> Any:
        remaining = iter(rows)
        first = next(remaining, None)
        if first is None:
            return self
        with self._turn(query):
            return super().executemany(_placeholders(query, first), chain((first,), remaining))

    def _turn(self, query: str) -> AbstractContextManager[None]:
        if self.turnstile is None or self.connection.in_transaction or not writes(query):
            return _NO_TURN
        return self.turnstile.held()


def _placeholders(query: str, params: Any) -> str:
    if isinstance(params, Mapping):
        return query % {name: f":{name}" for name in params}
    return django_sqlite.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseFeatures(DjangoFeatures):
    """What the library of pysqlite3 can do, whatever the interpreter's own library is."""

    can_alter_table_drop_column = True
    can_return_columns_from_insert = True
    can_return_rows_from_bulk_insert = True
    max_query_params = 32_766  # SQLITE_MAX_VARIABLE_NUMBER of a plain build since 3.32


class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """Connections with WAL, synchronous=FULL, foreign keys and IMMEDIATE transactions."""

    Database = driver
    features_class = DatabaseFeatures
    init_commands: list[str]
    turnstile: Turnstile | None = None

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = {"timeout": TIMEOUT_SECONDS, **super().get_connection_params()}
        self.transaction_mode = "IMMEDIATE"
        return params

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        connection: Connection = require_safe_library().connect(**conn_params)
        register_functions(connection)
        connection.execute("PRAGMA legacy_alter_table = OFF")
        configure(connection, timeout_seconds=conn_params["timeout"])
        self._build_turnstile(str(conn_params["database"]), conn_params["timeout"])
        for command in filter(None, map(str.strip, self.init_commands)):
            connection.execute(command)
        return connection

    def create_cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.turnstile = self.turnstile
        return cursor

    def _build_turnstile(self, database: str, timeout_seconds: float) -> None:
        is_file = bool(database) and not database.startswith((":memory:", "file:"))
        self.turnstile = Turnstile(database, patience_seconds=timeout_seconds) if is_file else None

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        if self.turnstile is not None:
            self.turnstile.close()
