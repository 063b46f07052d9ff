"""By what somebody came, as columns of files say it: campaigns, landing pages, sub-ids, browsers."""

import csv
import io

import pytest

from tallystick.tracking.events.mapping.apply import bodies_of
from tests.rules.test_guessing import guess

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile/15E148 Safari/604.1"


def bodies(text: str, *, name: str):
    """What the rows of a file become by the best proposal for it."""
    mapping = guess(text, name=name).mapping
    rows = csv.DictReader(io.StringIO(text))
    return [
        body for number, row in enumerate(rows) for body in bodies_of(mapping, [row], row_key=str(number))
    ]


def test_clicks_keep_by_what_they_came():
    (click, _) = bodies(
        "click_id,time,affiliate_id,utm_campaign,landing_page,sub1,user_agent\n"
        f"1,2026-03-01T10:00:00Z,alice,spring_sale,https://acme.example/?m=1,blog,{SAFARI}\n"
        f"2,2026-03-01T10:01:00Z,bob,,/,,{SAFARI}\n",
        name="clicks.csv",
    )
    assert (click.campaign, click.landing_page) == ("spring_sale", "https://acme.example/?m=1")
    assert (click.sub_id, click.user_agent, click.browser) == ("blog", SAFARI, None)


def test_orders_and_what_brought_them_keep_the_campaign_as_well():
    used, bought, *_ = bodies(
        "Order ID,Date,Customer ID,Total,Coupon,UTM Campaign,Landing site,Browser\n"
        "1,2026-03-01,c1,12.50,ALICE10,spring,/spring?ref=alice,Chrome\n"
        "2,2026-03-02,c2,13.00,BOB5,spring,/,Mobile Safari\n",
        name="orders.csv",
    )
    assert (used.kind, used.campaign, used.landing_page, used.browser) == (
        "code_use", "spring", "/spring?ref=alice", "Chrome",
    )  # fmt: skip
    assert (bought.kind, bought.campaign) == ("purchase", "spring")


def test_what_the_rows_of_an_order_do_not_agree_on_is_not_said_of_the_order():
    mapping = guess(
        "Order ID,Date,Customer ID,Item SKU,Quantity,Unit price,UTM campaign,Sub ID\n"
        "1,2026-03-01,c1,a,1,5.00,spring,x\n1,2026-03-01,c1,b,1,6.00,autumn,x\n2,2026-03-02,c2,a,2,5.00,spring,y\n",
        name="orders.csv",
    ).mapping
    assert mapping.group_by == ("Order ID",)
    assert "campaign" not in mapping.fields
    assert mapping.fields["sub_id"].column == "Sub ID"


@pytest.mark.parametrize(("cells", "role"), [(("k1", "k2", "k3"), "visitor"), (("x", "x", "y"), "sub_id")])
def test_a_subid_that_differs_in_every_row_is_the_click_and_one_that_comes_again_is_the_partners(cells, role):
    rows = "".join(f"2026-03-0{day},alice,{cell}\n" for day, cell in enumerate(cells, 1))
    mapping = guess(f"Date,Affiliate,subid\n{rows}", name="clicks.csv").mapping
    (click,) = mapping.events
    assert {**mapping.fields, **click.fields}[role].column == "subid"


@pytest.mark.parametrize(
    ("column", "cell", "role"),
    [
        ("Browser", "Firefox", "browser"),
        ("User agent", "Firefox", "browser"),
        ("Browser", SAFARI, "user_agent"),
        ("User agent", "curl/8.14.1", "user_agent"),
    ],
)
def test_a_browser_and_a_user_agent_are_told_apart_by_their_cells(column, cell, role):
    mapping = guess(f"Date,Affiliate,{column}\n2026-03-01,alice,{cell}\n", name="clicks.csv").mapping
    assert mapping.fields[role].column == column


def test_totals_by_campaign_wait_for_no_campaign_to_be_opened():
    text = "Day,Campaign,Impressions\n2026-03-01,brand,100\n2026-03-01,spring,50\n"
    first, second = bodies(text, name="impressions.csv")
    assert (first.campaign, first.attributes["campaign"]) == (None, "brand")
    assert (first.reference, second.reference) == ("2026-03-01 brand", "2026-03-01 spring")
