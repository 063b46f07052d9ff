"""By what somebody came: campaign, landing page, sub-id and browser of a claimed event."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tallystick.partners.partnerships.rules import Directory, Origin, ProgramFacts
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.rules import verify
from tallystick.tracking.events.wire import EventBody

RECEIVED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALICE, LINK, CODE, SPRING, AUTUMN = (UUID(int=n) for n in range(1, 6))
DIRECTORY = Directory(
    program_id=UUID(int=9),
    partners={"alice": Origin(ALICE)},
    links={"a1": Origin(ALICE, link_id=LINK, campaign_id=SPRING), "a2": Origin(ALICE)},
    codes={"TEN": Origin(ALICE, code_id=CODE, campaign_id=AUTUMN)},
    campaigns={"spring": SPRING, "autumn": AUTUMN},
)
SHOP = {"shop": ProgramFacts("shop", "EUR", DIRECTORY)}


def verified(**fields):
    body = EventBody(**{"kind": "click", "occurred_at": "2026-11-20T11:00:00Z", "visitor": "v1"} | fields)
    return verify(body, programs=SHOP, received_at=RECEIVED)


@pytest.mark.parametrize(
    ("fields", "campaign"),
    [
        ({"link": "a1"}, SPRING),
        ({"link": "a2"}, None),
        ({"code": "ten", "link": "a1"}, AUTUMN),
        ({"link": "a1", "campaign": "autumn"}, AUTUMN),
        ({"partner": "alice", "campaign": "spring"}, SPRING),
        ({"partner": "alice"}, None),
    ],
)
def test_the_campaign_is_the_one_that_is_named_or_that_of_the_code_or_link(fields, campaign):
    assert verified(**fields).campaign_id == campaign


def test_a_campaign_that_nobody_opened_is_kept_as_a_text_and_costs_no_click():
    click = verified(partner="alice", campaign="utm_summer")
    assert (click.campaign_id, click.attributes) == (None, {"campaign": "utm_summer"})
    assert verified(link="a1", campaign="utm_summer").campaign_id == SPRING


def test_what_the_sender_calls_campaign_itself_goes_before_the_unknown_name():
    click = verified(partner="alice", campaign="c-17", attributes={"campaign": "Summer sale", "ad": "1"})
    assert click.attributes == {"campaign": "Summer sale", "ad": "1"}


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://acme.example/spring?mail=ada@example.org&gclid=1#top", "https://acme.example/spring"),
        ("https://acme.example/#/spring?x=1", "https://acme.example/"),
        ("/spring", "/spring"),
        (" https://acme.example/ ", "https://acme.example/"),
        ("https://acme.example/?" + "x" * 10_000, "https://acme.example/"),
        ("/" + "x" * 300, "/" + "x" * 199),
        ("?token=1", None),
        ("", None),
    ],
)
def test_of_a_landing_page_only_its_head_is_kept_without_what_may_name_a_person(address, page):
    assert verified(partner="alice", landing_page=address).landing_page == page


def test_a_sub_id_is_kept_as_the_partner_wrote_it():
    assert verified(partner="alice", sub_id="Blog/42").sub_id == "Blog/42"
    assert len(verified(partner="alice", sub_id="s" * 200).sub_id) == 200
    assert verified(partner="alice", sub_id="").sub_id is None


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("campaign", "c" * 201),
        ("campaign", "a\0b"),
        ("landing_page", "/a\0b"),
        ("sub_id", "s" * 201),
        ("sub_id", "a\0b"),
        ("browser", "b" * 41),
        ("browser", "a\0b"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field_and_advice(field, text):
    with pytest.raises(Rejected) as refused:
        verified(partner="alice", **{field: text})
    assert (refused.value.reason, refused.value.column) == ("schema", field)
    assert refused.value.fix


APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {APPLE}"
GALAXY = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Safari/537.36": "chrome",
    f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Mobile Safari/537.36": "chrome",
    f"{IPHONE} CriOS/142.0.7 Mobile/15E148 Safari/604.1": "chrome",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Safari/537.36 Edg/142.0.0.0": "edge",
    f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Mobile Safari/537.36 EdgA/142.0.0.0": "edge",
    f"{IPHONE} Version/18.0 EdgiOS/142.0 Mobile/15E148 Safari/604.1": "edge",
    f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} Safari/537.36 OPR/123.0.0.0": "opera",
    "Opera/9.80 (Android; Opera Mini/80.0/191.3) Presto/2.12.423 Version/12.16": "opera",
    f"{GALAXY} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36": "samsung",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "firefox",
    f"{IPHONE} FxiOS/145.0 Mobile/15E148 Safari/605.1.15": "firefox",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/18.6 Safari/605.1.15": "safari",
    f"{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1": "safari",
    f"{IPHONE} Mobile/15E148 [FBAN/FBIOS]": "other",
    "curl/8.14.1": "other",
}


@pytest.mark.parametrize(("agent", "family"), AGENTS.items(), ids=list(map(str, range(len(AGENTS)))))
def test_the_family_of_a_browser_is_told_by_its_user_agent(agent, family):
    assert verified(partner="alice", user_agent=agent).browser == family


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Chrome", "chrome"),
        ("Google Chrome 142", "chrome"),
        ("Mobile Safari", "safari"),
        ("Samsung Internet", "samsung"),
        ("Microsoft Edge", "edge"),
        ("Opera Mini", "opera"),
        ("Vivaldi", "vivaldi"),
        (" ", None),
        (None, None),
    ],
)
def test_a_named_browser_is_kept_as_its_family(name, family):
    assert verified(partner="alice", browser=name).browser == family


def test_a_browser_that_is_named_goes_before_the_user_agent():
    assert verified(partner="alice", browser="Firefox", user_agent=next(iter(AGENTS))).browser == "firefox"
