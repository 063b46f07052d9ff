"""A shop whose people bring files: its browsers, and the files that they bring."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.services import lifecycle, uploads
from tallystick.tracking.imports.services.running import run
from tallystick.tracking.inbox.models import Quarantined
from tests.builders import Brand
from tests.doors.console_cast import Read
from tests.people import TESTER, person, seat, signed_in

HEADER = "Order,Date,Customer,Amount,Affiliate"
ROWS = (
    "A-1,2026-03-02T09:00:00Z,carla,120.50,alice",
    "A-2,2026-03-02T10:00:00Z,dora,80.00,bob",
    "A-3,2026-03-03T09:00:00Z,emil,19.90,nora-blog",
    "A-4,2026-03-03T10:00:00Z,fritz,twelve,alice",
    "A-5,2026-03-04T10:00:00Z,gina,twelve,alice",
)
ORDERS = "\n".join([HEADER, *ROWS]) + "\n"
MAPPING = """name = "orders"
key = ["Order"]

[fields]
occurred_at = { column = "Date" }
customer = { column = "Customer" }

[[events]]
kind = "crm_partner_field"
fields.partner = { column = "Affiliate" }

[[events]]
kind = "purchase"
fields.order = { column = "Order" }
fields.amount = { column = "Amount" }
"""


class Shop(Brand):
    """Acme, with Ann who owns it and Vera who only looks."""

    def __init__(self) -> None:
        super().__init__("Acme")
        self.ann, self.vera = person("Ann"), person("Vera")
        seat(self.ann, self.id, "owner")
        seat(self.vera, self.id, "viewer")
        self.browsers = {user.name: signed_in(user) for user in (self.ann, self.vera)}

    def at(self, page: str) -> str:
        """The address of a page."""
        return f"/{self.key}/{page}"

    def browser(self, who: str = "Ann") -> Client:
        """The browser of somebody."""
        return self.browsers[who]

    def reads(self, page: str, status: int = 200, who: str = "Ann") -> Read:
        """What somebody reads on a page."""
        return read(self.browser(who).get(self.at(page), follow=status == 200), status)

    def posts(self, page: str, status: int = 200, who: str = "Ann", **said: Any) -> Read:
        """What somebody reads after a form."""
        return read(self.browser(who).post(self.at(page), said, follow=True), status)

    def brings(self, content: str = ORDERS, name: str = "orders.csv") -> Import:
        """A file that arrived."""
        with brand_scope(self.id):
            return uploads.bring(BytesIO(content.encode()), name=name, by=TESTER)

    def imports(self, content: str = ORDERS, mapping: str = MAPPING, name: str = "orders.csv") -> Import:
        """A file that was imported to its end, and what the journey made of it."""
        row = self.brings(content, name)
        with brand_scope(self.id):
            lifecycle.write_mapping(row, text=mapping, by=TESTER)
            row = run(lifecycle.start(row, by=TESTER), store=journey.inbox())
        self.works()
        return row

    def now(self, row: Import) -> Import:
        """An import as it stands."""
        with brand_scope(self.id):
            return Import.objects.get(id=row.id)

    def waits(self, **fields: Any) -> list[str]:
        """The ids of receipts that wait, in the order of their lines."""
        with brand_scope(self.id):
            rows = Quarantined.objects.filter(state="waiting", **fields).order_by("line", "receipt_id")
            return [ids.show("rcp", row.receipt_id) for row in rows]


def page_of(row: Import) -> str:
    """The page of an import, within its brand."""
    return f"imports/{ids.show('imp', row.id)}"


def read(response: Any, status: int) -> Read:
    assert response.status_code == status, response.content.decode()[:3000]
    return Read(response.content.decode())


def form_of(page: Read, *, within: str = "") -> dict[str, str]:
    """What a browser would send of the fields on a page, without the buttons: names and values as they stand."""
    found: dict[str, str] = {}
    select = ""
    for each in page.elements:
        at = each.attributes
        match each.tag:
            case "input" if at.get("type") in ("checkbox", "radio"):
                if "checked" in at:
                    found[at["name"]] = at.get("value") or "on"
            case "input" if at.get("name") and at.get("type") not in ("file", "search"):
                found[at["name"]] = at.get("value") or ""
            case "textarea":
                found[at["name"]] = each.text.removeprefix("\n")
            case "select":
                select = at.get("name") or ""
            case "option" if "selected" in at:
                found[select] = at.get("value") or ""
    return found


@pytest.fixture
def shop(house):
    return Shop()
