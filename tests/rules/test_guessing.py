"""What a file is said to be: mappings that can be used at once, with a word for everything a person must look at."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.tracking.events.mapping.apply import bodies_of
from tallystick.tracking.events.mapping.checks import columns_of, read_mapping
from tallystick.tracking.events.mapping.form import FieldFrom, ReadAs
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.imports.guessing.propose import Known, KnownProgram, Proposal, propose
from tallystick.tracking.imports.guessing.roles import ROLES, words_in
from tallystick.tracking.imports.reading.look import Look, Sheet, look_at
from tallystick.tracking.imports.reading.source import open_source

ROOT = Path(__file__).parents[2]
SHOPS = ROOT / "tests" / "journeys" / "exports" / "shops"
DATA = ROOT.parent / "shared" / "data"
SHOP = KnownProgram("shop", "EUR", "Europe/Berlin")
HERE = Known(
    programs=frozenset({SHOP}),
    partners=frozenset({"alice", "bob"}),
    codes=frozenset({"ALICE10", "BOB5"}),
    links=frozenset({"alice-1"}),
    channels=frozenset({"newsletter", "search"}),
    today=date(2026, 11, 20),
)


def look_of(text: str) -> Look:
    """The look at a file with this content."""
    rows = list(csv.DictReader(io.StringIO(text.strip())))
    return Look("csv", "", "utf-8", ",", (Sheet("", tuple(rows[0]), tuple(rows)),), len(text))


def guess(text: str, *, name: str = "file.csv", known: Known = HERE) -> Proposal:
    """The best proposal for a file with this content."""
    return propose(look_of(text), name=name, known=known)[0]


def looked_at(proposal: Proposal) -> set[str]:
    """The fields that a person is told to look at."""
    return {note.field for note in proposal.notes if note.must_look}


def kinds(proposal: Proposal) -> list[str]:
    return [event.kind for event in proposal.mapping.events]


FILES = {
    "Clicks": (
        "clicks.csv",
        (
            "Click ID,Clicked at,Partner,User Agent,Landing page\n"
            "c1,2026-03-01T10:00:00Z,alice,Mozilla/5.0,https://acme.example/\n"
            "c2,2026-03-01T10:05:00Z,bob,Mozilla/5.0,https://acme.example/a\n"
        ),
    ),
    "Leads": (
        "leads.csv",
        "Date,Email,Ref\n2026-03-01,ada@example.com,alice\n2026-03-02,joan@example.com,bob\n",
    ),
    "Sign-ups": ("signups.csv", "Created at,User ID,Plan\n2026-03-01,u1,Pro\n2026-03-02,u2,Free\n"),
    "Customers and the partners who brought them": (
        "customers.csv",
        "Customer ID,Affiliate,Since\nc1,alice,2025-01-01\nc2,bob,2025-02-01\n",
    ),
    "Partners": (
        "affiliates.csv",
        (
            "Name,E-Mail,Website,Status\nAlice,alice@partners.example,https://alice.example,active\n"
            "Bob,bob@partners.example,https://bob.example,pending\n"
        ),
    ),
    "Links of partners": (
        "links.csv",
        "Slug,Affiliate,Destination URL\nspring,alice,https://acme.example/spring\nb,bob,https://acme.example/\n",
    ),
    "Codes of partners": ("coupons.csv", "Coupon code,Affiliate\nALICE10,alice\nNEW7,bob\n"),
    "Totals of days, as somebody reports them": (
        "newsletter.csv",
        "Datum,Kanal,Versendet,Reichweite\n2026-03-01,newsletter,1000,800\n2026-03-02,newsletter,1100,900\n",
    ),
    "Costs": (
        "ad_spend.csv",
        "Day,Campaign,Cost,Currency\n2026-03-01,spring,12.50,EUR\n2026-03-02,spring,13.00,EUR\n",
    ),
    "Commissions of another platform, as history": (
        "provisionen.csv",
        (
            "Datum,Partner,Bestellnummer,Provision,Status\n2026-03-01,alice,o-1,3.00,offen\n"
            "2026-03-02,bob,o-2,4.00,bezahlt\n2026-03-03,bob,o-3,4.00,geprüft\n"
        ),
    ),
    "Stages of a CRM": (
        "deals.csv",
        (
            "Deal ID,Deal stage,Modified,Account name,Amount\nd1,Proposal,2026-03-01,Acme Inc,900.00\n"
            "d2,Won,2026-03-02,Initech,100.00\n"
        ),
    ),
    "Tickets": (
        "tickets.csv",
        (
            "Ticket ID,Created,Customer ID,Priority,Subject\n"
            "1,2026-03-01,c1,high,Cup broken\n2,2026-03-02,c2,low,Where is it\n"
        ),
    ),
    "Answers to a survey": (
        "nps.csv",
        "Submitted at,Email,Score,Comment\n2026-03-01,ada@example.com,9,Fine\n2026-03-02,joan@example.com,3,Slow\n",
    ),
    "Reviews": (
        "reviews.csv",
        "Date,Email,Rating,Product name\n2026-03-01,ada@example.com,5,Cup\n2026-03-02,j@example.com,3,Spoon\n",
    ),
    "Orders: each is a purchase": (
        "commandes.csv",
        (
            "N° commande,Date de commande,Client,Montant TTC,Code promo\n"
            "1,2026-03-01,c1,12.50,ALICE10\n2,2026-03-02,c2,13.00,\n"
        ),
    ),
}


@pytest.mark.parametrize("title", FILES)
def test_what_a_file_holds_is_recognised(title):
    name, text = FILES[title]
    proposal = guess(text, name=name)
    assert proposal.title == title
    assert read_mapping(mapping_text(proposal.mapping)) == proposal.mapping
    assert proposal.mapping.program == "shop"


@pytest.mark.parametrize("title", FILES)
def test_every_row_of_it_becomes_something(title):
    name, text = FILES[title]
    mapping = guess(text, name=name).mapping
    for number, row in enumerate(csv.DictReader(io.StringIO(text))):
        assert bodies_of(mapping, [row], row_key=str(number))


def test_everything_that_is_mapped_says_why():
    for name, text in FILES.values():
        proposal = guess(text, name=name)
        told = {note.column for note in proposal.notes}
        columns = columns_of(proposal.mapping) - set(proposal.mapping.key)
        targets = (*proposal.mapping.events, *proposal.mapping.costs)
        attributes = {column for target in targets for column in target.attributes.values()}
        assert columns - told - attributes == set(), name


def rows_of(path: Path, proposal: Proposal) -> list[dict[str, str]]:
    with open_source(path, reading=proposal.mapping.reading, needed=columns_of(proposal.mapping)) as source:
        return [row.cells for row in source.rows if row.cells is not None]


@pytest.mark.parametrize(
    ("file", "orders"),
    [
        (
            "shopify_orders.csv",
            {"#1001": ("50.00", 2), "#1002": ("20.00", 1), "#1003": ("30.00", 1), "#1004": ("10.00", 1)},
        ),
        (
            "woocommerce_orders.csv",
            {"801": ("55.00", 2), "802": ("20.00", 1), "803": ("30.00", 1), "804": ("15.00", 1)},
        ),
        ("german_orders.csv", {"B-7001": ("1.250,50", 2), "B-7002": ("20,00", 1), "B-7003": ("30,00", 1)}),
    ],
)
def test_the_orders_of_a_shop_are_gathered_from_their_lines(file, orders):
    path = SHOPS / file
    proposal = propose(look_at(path), name=file, known=HERE)[0]
    mapping = proposal.mapping
    (group_by,) = mapping.group_by
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(path, proposal):
        groups.setdefault(row[group_by], []).append(row)
    found = [body for key, rows in groups.items() for body in bodies_of(mapping, rows, row_key=key)]
    bought = {body.order: (body.amount, len(body.lines)) for body in found if body.kind == "purchase"}
    assert bought == orders
    assert {body.code for body in found if body.kind == "code_use"} == {"ALICE10", "BOB5"}
    assert len([body for body in found if body.kind == "cancellation"]) == 1
    assert [body.amount for body in found if body.kind == "refund"] == (
        ["20.00"] if mapping.decimal == "." else []
    )


def test_a_german_shop_is_read_in_its_own_way():
    proposal = propose(look_at(SHOPS / "german_orders.csv"), name="german_orders.csv", known=HERE)[0]
    mapping = proposal.mapping
    assert (mapping.decimal, mapping.reading.encoding, mapping.zone) == (",", "windows-1252", "Europe/Berlin")
    assert mapping.fields["occurred_at"] == FieldFrom(column="Bestelldatum", format="%d.%m.%Y %H:%M")
    assert mapping.fields["country"].values["Österreich"] == "AT"
    assert mapping.fields["customer"] == FieldFrom(column="Kundennummer")


def test_lines_below_zero_go_back_and_nobody_is_not_a_customer():
    proposal = guess(
        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
        "536365,85123A,6,2010-12-01 08:26:00,2.55,17850.0\n"
        "536365,71053,6,2010-12-01 08:26:00,3.39,17850.0\n"
        "536366,22633,1,2010-12-01 08:28:00,1.85,\n"
        "C536379,D,-1,2010-12-01 09:41:00,27.50,14527.0\n"
    )
    mapping = proposal.mapping
    assert (mapping.group_by, kinds(proposal)) == (("InvoiceNo",), ["purchase", "refund"])
    row = {
        "StockCode": "D",
        "InvoiceDate": "2010-12-01 09:41:00",
        "UnitPrice": "27.50",
        "CustomerID": "14527.0",
    }
    (back,) = bodies_of(mapping, [{**row, "InvoiceNo": "C536379", "Quantity": "-1"}], row_key="C536379")
    assert (back.kind, back.lines[0].quantity, back.customer) == ("refund", "1", "14527.0")
    assert back.attributes == {"credit_note": "C536379"}
    nobody = {**row, "InvoiceNo": "536366", "Quantity": "1", "CustomerID": ""}
    assert bodies_of(mapping, [nobody], row_key="536366") == []
    assert any(condition.starts == "C" and condition.is_not for condition in mapping.events[0].when)


def test_a_file_without_a_line_of_names_is_given_some():
    look = Look(
        "csv",
        "",
        "utf-8",
        "spaces",
        (
            Sheet(
                "",
                ("00004", "0001", "19970101", "2", "29.33"),
                ({"00004": "00004", "0001": "0001", "19970101": "19970118", "2": "2", "29.33": "29.73"},),
            ),
        ),
        100,
    )
    proposal = propose(look, name="CDNOW_sample.txt", known=HERE)[0]
    assert proposal.mapping.reading == ReadAs(
        separator="spaces", header=("customer", "column_2", "date", "column_4", "amount")
    )
    assert "header" in looked_at(proposal)


def test_customers_by_their_months_are_subscriptions_and_whoever_left_has_cancelled():
    proposal = guess(
        "customerID,Partner,tenure,Contract,MonthlyCharges,Churn\n"
        "a,Yes,1,Month-to-month,29.85,No\nb,No,34,One year,56.95,No\nc,No,2,Month-to-month,53.85,Yes\n"
    )
    assert kinds(proposal) == ["subscription", "cancellation"]
    begun, left = proposal.mapping.events
    assert begun.fields["occurred_at"] == FieldFrom(column="tenure", months_before="2026-11-20")
    assert left.fields["occurred_at"] == FieldFrom(constant="2026-11-20")
    assert looked_at(proposal) >= {"occurred_at", "cancellation"}
    assert "partner" not in proposal.mapping.fields


def test_totals_of_paths_keep_the_path_beside_them_and_wait_for_their_day():
    proposal = guess(
        "path,total_conversions,total_conversion_value,total_null\n"
        "eta > iota,1,0.244,3\niota,2,10.0006666666667,6\n"
    )
    first, second = proposal.mapping.totals
    assert first.attributes == {"path": "path", "conversion_value": "total_conversion_value"}
    assert (first.fields["measure"].constant, second.fields["value"].column) == ("conversions", "total_null")
    assert proposal.mapping.fields["reference"].row
    assert "on" in looked_at(proposal)


def test_what_the_brand_knows_already_says_what_a_column_is():
    proposal = guess("when,x,y,z\n2026-03-01,alice,newsletter,v1\n2026-03-02,bob,search,v2\n")
    assert proposal.mapping.events[0].fields == {"partner": FieldFrom(column="x")}


def test_a_day_that_could_be_a_month_is_pointed_out():
    text = "Date,Order ID,Customer ID,Total\n{},1,c1,10.00\n02/03/2026,2,c2,12.00\n"
    assert "format" in looked_at(guess(text.format("01/02/2026")))
    assert "format" not in looked_at(guess(text.format("13/02/2026")))


def test_a_mark_before_three_digits_is_pointed_out():
    text = "Date,Order ID,Customer ID,Total\n2026-03-01,1,c1,{}\n2026-03-02,2,c2,1.250\n"
    assert "decimal" in looked_at(guess(text.format("2.500")))
    assert "decimal" not in looked_at(guess(text.format("12.50")))


def test_amounts_below_zero_are_refunds_and_statuses_cancel():
    proposal = guess(
        "Date,Order ID,Customer ID,Total,Status\n2026-03-01,1,c1,10.00,paid\n2026-03-02,2,c2,-12.00,paid\n"
        "2026-03-02,3,c2,12.00,Cancelled\n"
    )
    assert kinds(proposal) == ["purchase", "refund", "cancellation"]
    assert proposal.mapping.key == ("Order ID", "Status")
    assert proposal.mapping.events[1].fields["amount"] == FieldFrom(column="Total", negate=True)


def test_of_several_programs_the_one_with_the_files_currency_is_proposed():
    known = Known(programs=frozenset({SHOP, KnownProgram("us", "USD", "America/New_York")}))
    text = "Date,Order ID,Customer ID,Total,Currency\n2026-03-01,1,c1,10.00,{}\n"
    american = guess(text.format("USD"), known=known)
    assert (american.mapping.program, american.mapping.zone) == ("us", "America/New_York")
    assert guess(text.format("EUR"), known=known).mapping.program == "shop"
    assert "program" in looked_at(american)
    assert "currency" in looked_at(guess(text.format("GBP"), known=known))


def test_orders_are_also_proposed_as_the_shops_list_and_as_history():
    text = "Date,Order ID,Customer ID,Total\n2026-03-01,1,c1,10.00\n2026-03-02,2,c2,12.00\n"
    titles = [proposal.title for proposal in propose(look_of(text), name="export.csv", known=HERE)]
    assert titles[0] == "Orders: each is a purchase"
    assert "The shop's list of orders, to compare tracking with" in titles
    assert "Earlier orders of customers" in titles
    assert guess(text, name="customer_history.csv").title == "Earlier orders of customers"


def test_of_a_file_that_says_nothing_nothing_is_proposed():
    assert propose(look_of("a,b\nx,y\n"), name="file.csv", known=HERE) == []


def test_a_visitor_does_not_number_the_clicks():
    rows = "v1,2026-03-01T10:00:00Z,alice,{}\nv2,2026-03-01T11:00:00Z,bob,{}\n"
    head = "visitor_id,timestamp,affiliate,{}\n"
    assert guess(head.format("click_id") + rows.format("k1", "k2")).mapping.key == ("click_id",)
    assert guess(head.format("country") + rows.format("DE", "FR")).mapping.key == ()


def test_names_of_columns_are_read_word_by_word():
    assert words_in("InvoiceNo") == ("invoice", "no")
    assert words_in("Email (Billing)") == ("email", "billing")
    assert words_in("STAT.affiliate_id") == ("stat", "affiliate", "id")
    assert words_in("Währung") == ("wahrung",)


cells = st.one_of(
    st.text(max_size=12),
    st.dates(date(1971, 1, 1), date(2099, 1, 1)).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(["", "EUR", "alice", "ALICE10", "yes", "ada@example.com", "https://acme.example/", "DE"]),
)
headers = st.lists(
    st.one_of(
        st.sampled_from([name for role in ROLES.values() for name in role.names]),
        st.text(min_size=1, max_size=9),
    ),
    min_size=1,
    max_size=7,
    unique=True,
)


@settings(max_examples=40)
@given(
    headers.flatmap(
        lambda names: st.tuples(
            st.just(names), st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), max_size=4)
        )
    )
)
def test_whatever_a_file_holds_every_proposal_can_be_used(drawn):
    names, rows = drawn
    samples = tuple(dict(zip(names, row, strict=True)) for row in rows)
    look = Look("csv", "", "utf-8", ",", (Sheet("", tuple(names), samples),), 10)
    for proposal in propose(look, name="any.csv", known=HERE):
        assert read_mapping(mapping_text(proposal.mapping)) == proposal.mapping
        assert 0 <= proposal.fit <= 100
        assert columns_of(proposal.mapping) <= {*names, *proposal.mapping.reading.header}


@pytest.mark.skipif(not DATA.exists(), reason="the shared data are not here")
@pytest.mark.parametrize(
    ("file", "event", "fields"),
    [
        (
            "online_retail/online_retail.csv.gz",
            "purchase",
            {"customer": "CustomerID", "occurred_at": "InvoiceDate"},
        ),
        ("cdnow/CDNOW_master.txt", "purchase", {"customer": "customer_id", "occurred_at": "date"}),
        ("cdnow/CDNOW_sample.txt", "purchase", {"customer": "customer", "occurred_at": "date"}),
        ("telco_churn/Telco-Customer-Churn.csv", "subscription", {"customer": "customerID"}),
    ],
)
def test_real_files_are_recognised(file, event, fields):
    path = DATA / file
    proposal = propose(look_at(path), name=path.name, known=HERE)[0]
    assert kinds(proposal)[0] == event
    assert {name: proposal.mapping.fields[name].column for name in fields} == fields
