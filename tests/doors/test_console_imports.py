"""The pages of imports: a file is brought, mapped, tried, imported and reconciled; without any script."""

import json
from base64 import b64decode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tallystick import journey
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.jobs.services import run_due
from tallystick.foundation.scoping import brand_scope
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.services import lifecycle
from tallystick.tracking.imports.services.running import run
from tests.doors.imports_cast import MAPPING, ORDERS, Shop, form_of, page_of, shop
from tests.houses import house, twins
from tests.people import TESTER

pytestmark = pytest.mark.one_database

__all__ = ["house", "shop", "twins"]

DUB = """ID,Type,Amount,Earnings,Currency,Status,Invoice ID,Created at,Partner ID,Customer ID
cm_1,sale,4900,490,eur,paid,inv_1,2026-10-01T10:00:00Z,pn_1,cus_1
"""


def upload(shop: Shop, content: bytes, name: str = "orders.csv"):
    return shop.browser().post(shop.at("imports/new"), {"file": SimpleUploadedFile(name, content)})


def test_a_file_goes_from_the_form_to_its_reconciliation_without_a_script(shop):
    page = upload(shop, ORDERS.replace("twelve", "12.00").encode())["Location"].removeprefix(f"/{shop.key}/")
    columns = shop.reads(page)
    assert "<dt>Rows looked at</dt><dd><code>5</code>" in columns.html
    assert "Affiliate" in columns.words
    tried = shop.posts(f"{page}/columns", **form_of(columns), act="save")
    assert "All 5 rows were tried" in tried.words
    assert "nora-blog" in tried.words
    assert shop.orders() == set()
    begun = shop.posts(f"{page}/start")
    assert "Begun" in begun.words
    with brand_scope(shop.id):
        run(Import.objects.get(), store=journey.inbox())
    assert "of 5 rows" in shop.reads(page).words
    shop.works()
    done = shop.reads(page)
    assert "Every row of the file is in one of these" in done.words
    assert "224.50 EUR" in done.words


def test_the_mapping_is_shown_and_changed_as_text_and_a_mistake_is_said_and_kept(shop):
    row = shop.brings()
    page = page_of(row)
    shown = shop.reads(f"{page}/text")
    assert 'name = "' in shown.one("textarea").text
    wrong = MAPPING.replace("purchase", "purchaise")
    refused = shop.posts(f"{page}/text", 400, text=wrong)
    assert "purchaise" in refused.one("textarea").text
    assert "kinds" in refused.words
    assert "What the import would do" in shop.posts(f"{page}/text", text=MAPPING).words
    assert shop.now(row).mapping_name == "orders"


def test_what_stands_in_the_table_is_kept_where_it_contradicts_itself(shop):
    page = page_of(shop.brings())
    shop.posts(f"{page}/text", text=MAPPING)
    form = form_of(shop.reads(f"{page}/columns"))
    number = next(name.removeprefix("column-") for name, text in form.items() if text == "Amount")
    refused = shop.posts(f"{page}/columns", 400, **{**form, f"use-{number}": "customer"})
    assert "Two columns go to one field" in refused.words
    left = shop.posts(f"{page}/columns", **{**form, f"use-{number}": ""}, act="save")
    assert "nora-blog" in left.words
    assert "twelve" not in left.words


def test_something_more_that_a_row_is_brings_its_fields_and_saves_nothing_yet(shop):
    row = shop.brings()
    page = page_of(row)
    first = shop.reads(f"{page}/columns?as=own")
    again = shop.posts(f"{page}/columns", **{**form_of(first), "also": "orders", "act": "again"})
    offered = [{each.attributes.get("value") for each in shown.all("option")} for shown in (first, again)]
    assert ["ordered_at" in values for values in offered] == [False, True]
    assert shop.now(row).mapping_text == ""


def test_an_export_of_another_platform_is_recognised_and_saved_mappings_are_offered(shop):
    shop.imports()
    page = shop.reads(f"{page_of(shop.brings(DUB, 'dub.csv'))}/columns")
    assert "Dub: commissions" in page.words
    assert "saved:orders" in {each.attributes.get("value") for each in page.all("option")}
    own = shop.reads(f"{page_of(shop.brings())}/columns?as=saved%3Aorders")
    assert form_of(own)["name"] == "orders"
    assert "There is no mapping" in shop.reads(f"{page_of(shop.brings())}/columns?as=saved%3Anone", 400).words


def test_a_preset_that_is_chosen_by_hand_is_fitted_to_the_file_and_refused_where_it_is_another(shop):
    page = page_of(shop.brings(DUB.replace("Currency,", "").replace("eur,", ""), "dub.csv"))
    shown = shop.reads(f"{page}/text?as=preset%3Adub_commissions").one("textarea").text
    assert 'column = "Earnings"' in shown
    assert 'column = "Currency"' not in shown
    refused = shop.reads(f"{page}/columns?as=preset%3Atune_conversions", 400)
    assert "The file is not what TUNE" in refused.words
    assert "There is no preset" in shop.reads(f"{page}/columns?as=preset%3Anone", 404).words


def test_events_in_our_own_form_need_no_mapping(shop):
    line = {"kind": "purchase", "occurred_at": "2026-03-02T09:00:00Z", "customer": "c", "order": "9"}
    page = page_of(shop.brings(json.dumps(line) + "\n", "events.ndjson"))
    assert "no mapping is needed" in shop.reads(page).words
    assert "What the import would do" in shop.reads(f"{page}/try").words


def test_a_file_that_cannot_be_read_says_why_and_an_empty_one_is_not_taken(shop):
    assert upload(shop, b"").status_code == 400
    begun = shop.browser().post(shop.at("imports/begin"), {"name": "none.csv", "size": 0})
    assert "empty" in begun.json()["wrong"]
    with brand_scope(shop.id):
        assert Import.objects.count() == 0
    row = shop.brings("PK\x03\x04 nothing", "broken.zip")
    said = shop.reads(f"{page_of(row)}/columns", 400).words
    assert "broken.zip cannot be read" in said
    assert "Put away" in said


def test_a_file_comes_in_pieces_and_goes_on_where_it_broke_off(shop):
    content = ORDERS.encode()
    asked = {"name": "orders.csv", "size": len(content)}
    browser = shop.browser()

    def begins(**more):
        return browser.post(shop.at("imports/begin"), {**asked, **more}).json()

    def sends(begun, offset, piece):
        return browser.post(
            f"{begun['pieces']}?offset={offset}", piece, content_type="application/octet-stream"
        )

    begun = begins()
    assert begun["stands_at"] == 0
    assert sends(begun, 0, content[:50]).json() == {"stands_at": 50}
    again = begins()
    assert (again["stands_at"], again["pieces"]) == (50, begun["pieces"])
    assert b64decode(again["tail"]) == content[:50]
    assert "it goes on where it stood" in shop.reads(begun["page"].removeprefix(f"/{shop.key}/")).words
    gap = sends(begun, 70, content[70:])
    assert (gap.status_code, gap.json()) == (409, {"stands_at": 50})
    assert sends(begun, 50, content[50:]).json() == {"stands_at": len(content)}
    with brand_scope(shop.id):
        row = Import.objects.get()
    assert (row.state, row.arrived_bytes) == ("arrived", len(content))
    assert begins()["pieces"] != begun["pieces"]


def test_another_file_of_the_same_name_and_size_begins_anew(shop):
    asked = {"name": "orders.csv", "size": 100}
    first = shop.browser().post(shop.at("imports/begin"), asked).json()
    other = shop.browser().post(shop.at("imports/begin"), {**asked, "anew": "1"}).json()
    assert first["pieces"] != other["pieces"]


@pytest.mark.parametrize(
    ("offset", "piece", "words"),
    [
        ("x", b"a", "where in the file"),
        ("0", b"a" * ((4 << 20) + 1), "at most"),
        ("0", b"a" * 200, "announced"),
    ],
    ids=["no number", "too large a piece", "more than was announced"],
)
def test_a_piece_that_cannot_be_kept_says_why(shop, offset, piece, words):
    begun = shop.browser().post(shop.at("imports/begin"), {"name": "a.csv", "size": 100}).json()
    answer = shop.browser().post(
        f"{begun['pieces']}?offset={offset}", piece, content_type="application/octet-stream"
    )
    assert answer.status_code in (400, 409)
    assert words in answer.json()["wrong"]


def test_an_upload_that_cannot_begin_says_why(shop):
    for said in (
        {"name": "a.csv", "size": "0"},
        {"name": "", "size": "5"},
        {"name": "a.csv", "size": "9" * 15},
    ):
        answer = shop.browser().post(shop.at("imports/begin"), said)
        assert answer.status_code == 400
        assert answer.json()["wrong"]


def test_what_broke_off_can_be_put_away(shop):
    shop.browser().post(shop.at("imports/begin"), {"name": "a.csv", "size": 100})
    with brand_scope(shop.id):
        page = page_of(Import.objects.get())
    assert "The file is deleted here" in shop.reads(f"{page}/discard").words
    assert "is put away" in shop.posts(f"{page}/discard").words
    assert shop.reads(page, 404)


def test_a_running_import_shows_how_far_it_is_and_is_stopped_and_goes_on(shop):
    row = shop.brings()
    with brand_scope(shop.id):
        lifecycle.write_mapping(row, text=MAPPING, by=TESTER)
        lifecycle.start(row, by=TESTER)
    page = page_of(row)
    assert shop.reads(page).one("progress")
    part = shop.browser().get(shop.at(f"{page}/progress"))
    assert b'hx-trigger="every' in part.content
    assert "HX-Refresh" not in part.headers
    assert "Stopped" in shop.posts(f"{page}/stop").words
    ended = shop.browser().get(shop.at(f"{page}/progress"))
    assert ended.headers["HX-Refresh"] == "true"
    assert b"hx-trigger" not in ended.content
    assert "goes on" in shop.posts(f"{page}/resume").words
    assert "waits for its turn" in shop.posts(f"{page}/resume", 409).words


def test_the_whole_file_is_tried_beside_everything_else(shop):
    row = shop.brings()
    page = page_of(row)
    shop.posts(f"{page}/text", text=MAPPING)
    asked = shop.posts(f"{page}/try/whole")
    assert "waits for its turn to be tried" in asked.words
    assert b"hx-trigger" in shop.browser().get(shop.at(f"{page}/try/progress")).content
    while run_due(limit=10).done:
        pass
    assert shop.browser().get(shop.at(f"{page}/try/progress")).headers["HX-Refresh"] == "true"
    tried = shop.reads(f"{page}/try?rows=all")
    assert "All 5 rows were tried" in tried.words
    assert "nora-blog" in tried.words
    assert shop.orders() == set()


def test_the_same_file_a_second_time_is_said_before_it_is_imported(shop):
    shop.imports()
    page = page_of(shop.brings())
    assert "all its rows are duplicates" in shop.posts(f"{page}/text", text=MAPPING).words


def test_a_reconciliation_leads_to_its_quarantine_and_is_a_file_without_formulas(shop):
    row = shop.imports(ORDERS.replace("nora-blog", "=1+1"))
    page = shop.reads(page_of(row))
    held = next(link for link in page.links if "quarantine?import=" in link)
    assert shop.reads(held.removeprefix(f"/{shop.key}/")).words.count("orders.csv:") == 3
    lines = b"".join(shop.browser().get(shop.at(f"{page_of(row)}/export"))).decode().splitlines()
    assert "orders.csv,quarantined,,3,,," in lines
    assert "orders.csv,money,purchase,,,200.50,EUR" in lines
    assert "orders.csv,unknown partner,shop: =1+1,1,,," in lines
    assert not [line for line in lines if ",=" in line]


def test_whoever_only_looks_sees_no_buttons_and_is_refused(shop):
    row = shop.imports()
    arrived = page_of(shop.brings())
    for page in ("imports", page_of(row), arrived, "mappings", "mappings/orders", "names", "orders"):
        shown = shop.reads(page, who="Vera")
        main = next(each for each in shown.elements if each.attributes.get("id") == "main")
        assert "Bring a file" not in main.text
        assert "Say whose" not in main.text
        assert not [each for each in shown.all("form") if "imports/" in (each.attributes.get("action") or "")]
    for page in ("imports/new", f"{arrived}/columns", f"{arrived}/text", f"{arrived}/try", "names/all"):
        assert "Your role does not allow this" in shop.reads(page, 403, who="Vera").words
    for page in ("imports/begin", f"{arrived}/start", f"{arrived}/pieces", "mappings/orders/replay"):
        shop.posts(page, 403, who="Vera")


def test_who_brought_and_began_what_is_on_record(shop):
    page = upload(shop, ORDERS.encode())["Location"].removeprefix(f"/{shop.key}/")
    shop.posts(f"{page}/text", text=MAPPING)
    shop.posts(f"{page}/start")
    with brand_scope(shop.id):
        line = AuditLine.objects.filter(brand_id=shop.id, act="import.started").get()
        assert (line.actor_name, Import.objects.get().by_name) == ("Ann", "Ann")


def test_the_list_is_searched_narrowed_and_empty_in_words(shop):
    assert "Nothing was imported yet" in shop.reads("imports").words
    assert "Rewardful" in shop.reads("imports").words
    shop.imports()
    shop.brings(ORDERS, "later.csv")
    assert "orders.csv" not in shop.reads("imports?state=arrived").words
    assert "orders.csv" in shop.reads("imports?q=orders").words
    assert "Nothing found" in shop.reads("imports?q=nothing").words
    assert "is none of" in shop.reads("imports?state=gone", 400).words
