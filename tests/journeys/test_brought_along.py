"""What a brand brings along from another platform: partners, their history, and the customers tied to them."""

import random

import pytest

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids
from tallystick.kit.shares import PPB
from tallystick.partners.partnerships.models import Code, Link, Partner, Partnership
from tallystick.tracking.events.models import Choice, Event
from tallystick.tracking.reported.models import Cost, PastCommission, ReportedOrder, ReportedTotal
from tallystick.tracking.reported.queries import current
from tests.builders import Brand, alice, bob, day, happens, identify, purchase, renewal
from tests.rows import arrive, come, maps, table

PARTNERS = """
name = "partners"
[[partners]]
fields.key = { column = "email" }
fields.name = { column = "name" }
fields.contact = { column = "email" }
fields.kind = { column = "kind" }
fields.state = { column = "status" }
[[links]]
when = { column = "link", filled = true }
fields.key = { column = "link" }
fields.partner = { column = "email" }
fields.destination = { column = "to" }
[[codes]]
when = { column = "code", filled = true }
fields.key = { column = "code" }
fields.partner = { column = "email" }
"""
PEOPLE = table(
    "email,name,kind,status,link,to,code",
    "jane@blog.example,Jane Doe,Influencer,Approved,jane-1,https://acme.example/,jane10",
    "ben@deals.example,Ben (Deals!),something new,banned,?via=ben,https://acme.example/deals,",
)
SALES = """
name = "sales"
[fields]
occurred_at = { column = "at" }
customer = { column = "customer" }
partner = { column = "partner" }
[[events]]
kind = "crm_partner_field"
when = { column = "partner", filled = true }
[[events]]
kind = "purchase"
fields.order = { column = "order" }
fields.amount = { column = "amount" }
"""
SALE = table("at,customer,partner,order,amount", "2026-03-04T10:00:00Z,carol,jane@blog.example,1001,80.00")
TIES = """
name = "customers"
[[events]]
kind = "customer_binding"
fields.occurred_at = { column = "since" }
fields.customer = { column = "customer" }
fields.partner = { column = "partner" }
"""


@pytest.fixture
def shop(acme: Brand) -> Brand:
    acme.defines("purchase", primary=True, windows={"crm_partner_field": 30, "click": 30})
    return acme


def partnerships(brand: Brand) -> dict[str, str]:
    with brand_scope(brand.id):
        rows = Partnership.objects.select_related("partner")
        return {
            row.partner.key: row.state for row in rows if row.partner.key not in ("alice", "bob", "mallory")
        }


def test_partners_links_and_codes_are_opened_where_they_are_not_there_and_left_where_they_are(shop):
    come(shop, PARTNERS, *PEOPLE, file="people.csv")
    assert partnerships(shop) == {"jane-doe": "active", "ben-deals": "ended"}
    with brand_scope(shop.id):
        jane = Partner.objects.get(key="jane-doe")
        assert (jane.name, jane.kind, jane.contact) == ("Jane Doe", "creator", "jane@blog.example")
        assert Partner.objects.get(key="ben-deals").kind == "affiliate"
        assert Link.objects.get(key="jane-1").partnership.partner == jane
        assert Link.objects.get(key="via-ben").destination == "https://acme.example/deals"
        assert Code.objects.get(key="JANE10").partnership.partner == jane
        said = set(
            AuditLine.objects.filter(brand_id=shop.id, actor_name="import people.csv").values_list(
                "act", flat=True
            )
        )
        assert said >= {
            "partner.opened",
            "partnership.opened",
            "partnership.ended",
            "link.opened",
            "code.opened",
        }
        Partner.objects.filter(id=jane.id).update(name="Jane of the blog")
        before = AuditLine.objects.filter(brand_id=shop.id).count()
    changed = {**PEOPLE[0], "name": "Somebody else"}
    come(shop, PARTNERS, changed)
    with brand_scope(shop.id):
        assert Partner.objects.get(key="jane-doe").name == "Jane of the blog"
        assert AuditLine.objects.filter(brand_id=shop.id).count() == before
    assert shop.waiting() == {}


@pytest.mark.parametrize("first", [SALES, PARTNERS])
def test_whether_the_partners_or_their_sales_come_first_the_sales_are_theirs(shop, first):
    come(shop, first, *(SALE if first == SALES else PEOPLE))
    come(shop, *((PARTNERS, *PEOPLE) if first == SALES else (SALES, *SALE)))
    assert shop.waiting() == {}
    assert shop.shares("1001") == {"Jane Doe": PPB}


@pytest.mark.parametrize("seed", range(4))
def test_partners_and_sales_in_one_file_may_stand_in_any_order(shop, seed):
    both = PARTNERS.replace('"partners"', '"all"') + SALES[SALES.index("[[events]]") :].replace(
        'kind = "purchase"', 'kind = "purchase"\nwhen = { column = "order", filled = true }'
    )
    both = both.replace(
        'kind = "',
        'fields.occurred_at = { column = "at" }\nfields.customer = { column = "customer" }\n'
        'fields.partner = { column = "partner" }\nkind = "',
        2,
    )
    both = both.replace("[[partners]]", '[[partners]]\nwhen = { column = "email", filled = true }')
    rows = [dict.fromkeys((*PEOPLE[0], *SALE[0]), "") | row for row in (*PEOPLE, *SALE)]
    random.Random(seed).shuffle(rows)
    source = maps(shop, both)
    for row in rows:
        arrive(shop, source, row)
        shop.credits(limit=1)
    assert shop.waiting() == {}
    assert shop.shares("1001") == {"Jane Doe": PPB}


def test_a_row_can_open_its_own_partner(shop):
    opens = SALES + '[[partners]]\nfields.key = { column = "partner" }\n'
    come(shop, opens, *SALE)
    assert partnerships(shop) == {"jane-blog-example": "active"}
    assert shop.shares("1001") == {"jane@blog.example": PPB}


def test_what_cannot_be_opened_waits_and_says_why(shop):
    rows = [
        {**PEOPLE[0], "status": "purring"},
        {**PEOPLE[0], "email": "no address"},
        {**PEOPLE[0], "email": "a@b.example", "to": "javascript:alert(1)"},
        {**PEOPLE[0], "email": "alice", "link": "", "code": "BOB5"},
    ]
    come(shop, PARTNERS.replace('fields.contact = { column = "email" }\n', ""), *rows[2:], rows[0])
    assert shop.waiting() == {"schema": 3}
    come(shop, PARTNERS, rows[1])
    assert shop.waiting() == {"schema": 4}
    assert partnerships(shop) == {"jane-doe": "active"}


def test_an_order_from_before_makes_its_customer_returning_and_is_no_conversion(acme):
    acme.defines("purchase", primary=True)
    acme.forgets_the_future(day(-1).date())
    acme.receives(purchase("1001", customer="carol", at=4))
    assert acme.order("1001").customer_type == "new"
    past = happens("past_order", customer="carol", order="77", amount="10.00", at=-400)
    acme.receives(past)
    assert acme.order("1001").customer_type == "returning"
    assert acme.orders() == {"order:1001"}
    assert "brought along" in acme.why_not(past)


def test_the_same_order_brought_along_and_tracked_makes_nobody_returning(acme):
    acme.defines("purchase", primary=True)
    acme.forgets_the_future(day(-1).date())
    acme.receives(
        happens("past_order", customer="carol", order="1001", at=3), purchase("1001", customer="carol", at=4)
    )
    assert acme.order("1001").customer_type == "new"


def tied(promoter, customer: str, *, at: float):
    return promoter.touch("customer_binding", customer=customer, at=at)


@pytest.fixture
def renewing(acme: Brand) -> Brand:
    acme.defines("purchase", primary=True, binds=True, binding_days=365)
    acme.defines("renewal", events=["renewal"], credit_by="binding", binding_days=60, break_after_days=40)
    return acme


def test_renewals_follow_a_tie_that_was_brought_along(renewing):
    tie = tied(alice, "carol", at=0)
    renewing.receives(renewal("r1", customer="carol", at=10), tie)
    assert renewing.shares("r1") == {"Alice": PPB}
    step = renewing.order("r1").path[0]
    assert (step.kind, step.origin, step.event) == (
        "customer_binding",
        "Alice",
        ids.show("evt", renewing.event(tie).id),
    )
    assert renewing.order("r1").via == "binding"
    assert renewing.why_not(tie) == ""


def test_how_long_a_brought_tie_lasts_the_definition_says_that_follows_it(renewing):
    orders = [renewal(f"r{at}", customer="carol", at=at) for at in (-1, 30, 60, 61)]
    renewing.receives(tied(alice, "carol", at=0), *orders)
    assert {at: renewing.order(f"r{at}").why_not for at in (30, 60)} == {30: "", 60: ""}
    assert "full duration" in renewing.order("r61").why_not
    assert "before" in renewing.order("r-1").why_not


def test_a_pause_breaks_a_brought_tie_unless_an_order_from_before_lies_in_it(renewing):
    renewing.receives(tied(alice, "carol", at=0), renewal("r1", customer="carol", at=50))
    assert "paused" in renewing.order("r1").why_not
    renewing.receives(happens("past_order", customer="carol", order="7", at=20))
    assert renewing.shares("r1") == {"Alice": PPB}


def test_the_earliest_tie_holds_be_it_brought_along_or_made_by_a_conversion(renewing):
    renewing.receives(
        bob.click("v1", at=1),
        identify("v1", "carol", at=1),
        purchase("1001", visitor="v1", customer="carol", at=2),
        renewal("r1", customer="carol", at=12),
    )
    assert renewing.shares("r1") == {"Bob": PPB}
    renewing.receives(tied(alice, "carol", at=3))
    assert renewing.shares("r1") == {"Bob": PPB}
    renewing.receives(tied(alice, "carol", at=1.5))
    assert renewing.shares("r1") == {"Alice": PPB}
    assert renewing.shares("1001") == {"Bob": PPB}


def test_a_paused_partner_gets_nothing_of_a_brought_tie_while_it_is_paused(renewing):
    renewing.receives(
        tied(alice, "carol", at=0), *(renewal(f"r{at}", customer="carol", at=at) for at in (5, 15, 25))
    )
    renewing.takes("pause", alice, at=10)
    renewing.takes("resume", alice, at=20)
    renewing.works()
    assert [renewing.order(f"r{at}").credited for at in (5, 15, 25)] == [True, False, True]


def test_a_refund_is_recorded_and_changes_no_credit_yet(shop):
    shop.receives(alice.click("v1", at=1), purchase("1001", visitor="v1", customer="carol", at=2))
    before = shop.standing()["credits"]
    refund = happens("refund", order="1001", amount="30.00", at=3)
    shop.receives(refund)
    assert shop.standing()["credits"] == before
    assert "changes no credit yet" in shop.why_not(refund)


REPORTS = """
name = "reports"
[[totals]]
when = { column = "what", in = ["sends"] }
fields.measure = { constant = "sends" }
fields.on = { column = "on" }
fields.value = { column = "number" }
fields.partner = { column = "partner" }
[[costs]]
when = { column = "what", in = ["fee"] }
fields.kind = { constant = "fixed_fee" }
fields.on = { column = "on" }
fields.amount = { column = "number" }
fields.partner = { column = "partner" }
[[commissions]]
when = { column = "what", in = ["commission"] }
fields.partner = { column = "partner" }
fields.earned_at = { column = "on" }
fields.amount = { column = "number" }
fields.reference = { column = "id" }
fields.status = { column = "status", values = { Due = "approved", Sent = "paid" } }
fields.status_raw = { column = "status" }
[[orders]]
when = { column = "what", in = ["order"] }
fields.order = { column = "id" }
fields.ordered_at = { column = "on" }
fields.amount = { column = "number" }
"""
REPORTED = table(
    "what,on,number,partner,id,status",
    "sends,2026-03-02,1200,alice,,",
    "fee,2026-03-02,250.00,alice,,",
    "fee,2026-03-02,250.00,bob,,",
    "commission,2026-03-02T10:00:00Z,8.00,alice,c-1,Due",
    "order,2026-03-02T10:00:00Z,80.00,,1001,",
)


def test_reports_are_kept_apart_and_the_latest_of_one_thing_counts(shop):
    come(shop, REPORTS, *REPORTED)
    come(shop, REPORTS, {**REPORTED[0], "number": "1250"}, {**REPORTED[3], "status": "Sent"}, *REPORTED)
    with brand_scope(shop.id):
        assert Event.objects.count() == 0
        assert [row.value_millionths for row in current(ReportedTotal)] == [1_250_000_000]
        assert sorted(row.amount_minor for row in current(Cost)) == [25_000, 25_000]
        assert [(row.status, row.status_raw) for row in current(PastCommission)] == [("paid", "Sent")]
        assert PastCommission.objects.count() == 2
        assert [row.order for row in current(ReportedOrder)] == ["1001"]
    assert shop.waiting() == {}


def test_a_report_of_a_partner_nobody_knows_waits_for_it(shop):
    come(shop, REPORTS, {**REPORTED[3], "partner": "jane@blog.example"})
    assert shop.waiting() == {"unknown_partner": 1}
    come(shop, PARTNERS, *PEOPLE)
    with brand_scope(shop.id):
        assert PastCommission.objects.get().partnership.partner.key == "jane-doe"
        assert Choice.objects.count() == 3
    assert shop.waiting() == {}
