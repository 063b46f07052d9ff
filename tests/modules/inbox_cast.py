"""Receipts and stores for the tests of the inbox, also for the processes that those tests kill."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import psycopg
import pytest

from tallystick.kit import ids
from tallystick.tracking.inbox.stores.choice import open_store
from tallystick.tracking.inbox.stores.port import Store, Stored
from tallystick.tracking.inbox.wire import Receipt

ACME = UUID("01930000-0000-7000-8000-00000000ac3e")
ZOE = UUID("01930000-0000-7000-8000-000000000203")
NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Place:
    """Where a store lies; a text, so that other processes can be told."""

    directory: Path
    database_url: str | None

    def open(self) -> Store:
        return open_store(directory=self.directory, database_url=self.database_url)

    def read_all(self, limit: int = 1000) -> list[Stored]:
        """All receipts of Acme, as a process that has just started sees them."""
        with closing(self.open()) as store:
            return read_all(store, limit=limit)

    def start(self, code: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Run code in a process of its own; there `store` is open and the names of this module are known."""
        opened = (
            "from pathlib import Path\n"
            "from tests.modules.inbox_cast import *\n"
            f"store = Place(Path({str(self.directory)!r}), {self.database_url!r}).open()\n"
        )
        whole = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"} | dict(env or {})
        command = [sys.executable, "-u", "-c", opened + code]
        return subprocess.Popen(command, env=whole, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@contextmanager
def a_place(engine: str, directory: Path) -> Iterator[Place]:
    """An empty place for a store: a directory, or a schema beside DATABASE_URL."""
    if engine == "sqlite":
        yield Place(directory, None)
        return
    server = os.environ.get("DATABASE_URL")
    if server is None:
        pytest.skip("DATABASE_URL is not set")
    schema = f"inbox_{ids.new().hex}"
    tables = import_module("tallystick.tracking.inbox.migrations.0002_receipts_on_postgresql").RECEIPTS
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"SET search_path = {schema}")
        for statement in tables:
            connection.execute(statement)
        joint = "&" if "?" in server else "?"
        yield Place(directory, f"{server}{joint}options={quote(f'-csearch_path={schema}')}")
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


def order(number: object, *, key: str | None = "", brand: UUID = ACME, amount: object = "10.00") -> Receipt:
    """An order as an API client sends it; keyed by its number unless another key, or None, is given."""
    return Receipt(
        id=ids.new(),
        brand_id=brand,
        source="api",
        kind="order",
        key=f"order-{number}" if key == "" else key,
        body=f'{{"order": "{number}", "amount": "{amount}"}}'.encode(),
        content_type="application/json",
        received_at=NOON,
    )


def click(number: object, *, brand: UUID = ACME) -> Receipt:
    """A click: no key, every one counts."""
    body = f"link={number}".encode()
    return Receipt(id=ids.new(), brand_id=brand, source="edge", kind="click", body=body, received_at=NOON)


def read_all(store: Store, brand: UUID = ACME, position: object = None, limit: int = 1000) -> list[Stored]:
    """Everything after a position, batch by batch; no receipt may come twice."""
    found: dict[UUID, Stored] = {}
    while (batch := store.read(brand, position, limit)).receipts:
        fresh = {stored.receipt.id: stored for stored in batch.receipts}
        assert len(fresh) == len(batch.receipts)
        assert not fresh.keys() & found.keys()
        found |= fresh
        position = batch.position
    return list(found.values())
