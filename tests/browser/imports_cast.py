"""Imports in all states for the pages of imports: made inside the served installation, with Django."""

from __future__ import annotations

ORDERS = """Order;Date;Customer;Amount;Affiliate;Note
A-1;03.11.2026 10:12;carla@example.org;120,50;alice;
A-2;03.11.2026 11:40;dora@example.org;80,00;bob;gift
A-3;04.11.2026 09:05;emil@example.org;19,90;nora-blog;
A-4;04.11.2026 18:31;fritz@example.org;twelve;alice;
A-5;05.11.2026 07:55;gina@example.org;64,00;nora-blog;
A-6;05.11.2026 20:10;hugo@example.org;1.204,00;tom-voucher;
"""

MAPPING = """name = "shop-orders"
key = ["Order"]
zone = "Europe/Berlin"
decimal = ","

[fields]
occurred_at = { column = "Date", format = "%d.%m.%Y %H:%M" }
customer = { column = "Customer" }

[[events]]
kind = "crm_partner_field"
fields.partner = { column = "Affiliate" }

[[events]]
kind = "purchase"
fields.order = { column = "Order" }
fields.amount = { column = "Amount" }
attributes = { Note = "Note" }
"""

SHOP = """Order;Placed;Total;State
A-1;2026-11-03T10:12:00+01:00;120.50;paid
A-2;2026-11-03T11:40:00+01:00;82.00;paid
A-9;2026-11-04T12:00:00+01:00;44.00;paid
"""

SHOP_MAPPING = """name = "shop-list"
key = ["Order"]

[[orders]]
[orders.fields]
order = { column = "Order" }
ordered_at = { column = "Placed" }
amount = { column = "Total" }
status = { constant = "placed" }
status_raw = { column = "State" }
"""

DUB = """ID,Type,Amount,Earnings,Currency,Status,Invoice ID,Created at,Partner ID,Customer ID
cm_1,sale,4900,490,eur,paid,inv_1,2026-10-01T10:00:00Z,pn_1,cus_1
cm_2,sale,9900,990,eur,pending,inv_2,2026-10-02T10:00:00Z,pn_2,cus_2
"""


def imports_of(by) -> dict[str, str]:
    """Files that were imported, that arrived, that broke off on their way; a remembered name; a row that waits."""
    from io import BytesIO

    from tallystick.kit import ids
    from tallystick.partners.partnerships.models import Partnership
    from tallystick.partners.programs.models import Program
    from tallystick.tracking.events.choices import choose
    from tallystick.tracking.imports.services import lifecycle, uploads
    from tallystick.tracking.inbox.models import Quarantined

    done = brought("orders-november.csv", ORDERS, MAPPING, by)
    brought("shop.csv", SHOP, SHOP_MAPPING, by)
    arrived = uploads.bring(BytesIO(ORDERS.replace("A-", "B-").encode()), name="orders-december.csv", by=by)
    ready = uploads.bring(BytesIO(ORDERS.replace("A-", "C-").encode()), name="orders-2027.csv", by=by)
    lifecycle.write_mapping(ready, text=MAPPING, by=by)
    dub = uploads.bring(BytesIO(DUB.encode()), name="commissions.csv", by=by)
    going = uploads.begin(name="clicks-2026.ndjson.gz", size_bytes=48_000_000, by=by)
    uploads.add_piece(going, offset=0, content=b"\x1f\x8b" + bytes(3_000_000))
    alice = Partnership.objects.get(partner__key="alice")
    said = choose(program=Program.objects.all()[0], role="partner", value="alice-old", to=alice, by=by)
    wrong = Quarantined.objects.get(state="waiting", value="twelve")
    return {
        "import": ids.show("imp", done.id),
        "import_arrived": ids.show("imp", arrived.id),
        "import_ready": ids.show("imp", ready.id),
        "import_of_dub": ids.show("imp", dub.id),
        "import_uploading": ids.show("imp", going.id),
        "choice": ids.show("cho", said.id),
        "wrong": ids.show("rcp", wrong.receipt_id),
    }


def brought(name: str, content: str, mapping: str, by):
    """A file that was imported to its end, and what the journey made of it."""
    from io import BytesIO

    from tallystick import journey
    from tallystick.foundation.scoping import current_brand
    from tallystick.tracking.imports.services import lifecycle, uploads
    from tallystick.tracking.imports.services.running import run

    row = uploads.bring(BytesIO(content.encode()), name=name, by=by)
    lifecycle.write_mapping(row, text=mapping, by=by)
    row = run(lifecycle.start(row, by=by), store=journey.inbox())
    journey.run_until_done(current_brand(), limit=500)
    return row
