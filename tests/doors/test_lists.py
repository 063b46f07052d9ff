"""Lists of nouns in the console: searched, narrowed, sorted, paged, exported, and quick however many rows there are."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tallystick.doors.nouns.all import NOUNS
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.rules import Role
from tallystick.partners.partnerships.models import Partner
from tests.builders import Brand
from tests.doors.console_cast import Browser
from tests.people import person, seat, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Brand:
    return Brand("Acme")


@pytest.fixture
def owner(acme) -> Browser:
    return of(acme, Role.OWNER)


def of(brand: Brand, role: Role) -> Browser:
    """The browser of somebody with a role."""
    somebody = person("Ada")
    seat(somebody, brand.id, role)
    return Browser(signed_in(somebody))


def names(page) -> list[str]:
    """The first cells of the rows of a list."""
    heads = [each for each in page.all("th") if each.attributes.get("scope") == "row"]
    return [each.text.strip() for each in heads]


@pytest.mark.parametrize("noun", NOUNS.values(), ids=list(NOUNS))
def test_every_page_of_every_noun_opens(noun, owner, acme):
    at = f"/{acme.key}/{noun.plural}"
    assert owner.get(at).one("h1").text == str(noun.label_plural)
    owner.get(f"{at}/new")
    owner.get(f"{at}/import")
    with brand_scope(acme.id):
        ids = [noun.values(row)["id"] for row in noun.listing.page(Wish()).rows]
    for row_id in ids[:1]:
        owner.get(f"{at}/{row_id}")
        owner.get(f"{at}/{row_id}/edit")
    lines = b"".join(owner.client.get(f"{at}/export").streaming_content).decode().splitlines()
    assert len(lines) == len(ids) + 1


def test_a_list_is_searched_narrowed_and_sorted_by_its_address(owner, acme):
    at = f"/{acme.key}/partners"
    assert names(owner.get(at)) == ["Alice", "Bob", "Mallory"]
    assert names(owner.get(f"{at}?sort=-name")) == ["Mallory", "Bob", "Alice"]
    assert names(owner.get(f"{at}?q=ALI")) == ["Alice"]
    page = owner.get(f"{at}?kind=voucher&sort=key")
    assert names(page) == ["Bob"]
    assert f"{at}/export?kind=voucher&sort=key" in page.links


def test_a_list_says_what_to_do_where_nothing_is_and_where_nothing_is_found(acme):
    empty = Brand("Empty", partners=(), channels=())
    owner = of(empty, Role.OWNER)
    assert "Invite the first partner" in owner.get(f"/{empty.key}/partners").words
    page = owner.get(f"/{empty.key}/partners?q=nobody")
    assert "Clear the filters" in page.words
    assert f"/{empty.key}/partners" in page.links
    viewer = of(empty, Role.VIEWER)
    assert f"/{empty.key}/partners/new" not in viewer.get(f"/{empty.key}/partners").links


@pytest.mark.parametrize(
    "query", ["colour=red", "kind=a&kind=b", "sort=shoes", "state=gone", "after=nowhere"]
)
def test_what_a_list_cannot_be_asked_is_said_in_a_sentence(owner, acme, query):
    page = owner.get(f"/{acme.key}/partners?{query}", status=400)
    assert page.one("h1").text
    assert owner.client.get(f"/{acme.key}/partners/export?{query}").status_code == 400


def test_the_pages_of_a_list_miss_nothing_and_repeat_nothing(owner, acme):
    open_many(acme, 120)
    seen, address = [], f"/{acme.key}/partners"
    while address:
        page = owner.get(address)
        seen += names(page)
        later = [each for each in page.all("a") if each.attributes.get("rel") == "next"]
        address = f"/{acme.key}/partners{later[0].attributes['href']}" if later else ""
    assert len(seen) == len(set(seen)) == 123


@pytest.mark.parametrize("plural", ["partners", "partnerships", "placements", "links", "codes"])
def test_a_list_of_fifty_asks_the_database_no_more_often_than_one_of_five(plural):
    few, many = (
        Brand("Few", partners=[partner(number) for number in range(5)]),
        Brand("Many", partners=[partner(number) for number in range(50)]),
    )
    counts = []
    for brand in (few, many):
        browser = of(brand, Role.OWNER)
        browser.get(f"/{brand.key}/{plural}")
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/{brand.key}/{plural}")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


def test_a_list_of_five_thousand_partners_is_quick(owner, acme):
    open_many(acme, 5_000)
    owner.get(f"/{acme.key}/partners")
    took = min(_seconds(lambda: owner.client.get(f"/{acme.key}/partners")) for _ in range(5))
    assert took < 0.15
    found = min(_seconds(lambda: owner.client.get(f"/{acme.key}/partners?q=partner-49")) for _ in range(5))
    assert found < 0.15


def open_many(brand: Brand, count: int) -> None:
    """Partners at one go, without their histories."""
    with brand_scope(brand.id):
        Partner.objects.bulk_create(
            Partner(
                key=f"partner-{number}", name=f"Partner {number:05}", kind="content", created_at=clock.now()
            )
            for number in range(count)
        )


def partner(number: int) -> dict:
    """A partner of a set-up file with one of everything."""
    key = f"p{number}"
    return {
        "key": key,
        "name": f"Partner {number}",
        "kind": "content",
        "placements": [{"key": "blog", "name": "Blog", "type": "blog"}],
        "links": [{"key": f"{key}-1", "destination": "https://acme.example/", "placement": "blog"}],
        "codes": [{"key": f"{key.upper()}X", "placement": "blog"}],
    }


def _seconds(act) -> float:
    """Of our own work: what other processes of the machine take is not counted."""
    began = time.process_time()
    act()
    return time.process_time() - began
