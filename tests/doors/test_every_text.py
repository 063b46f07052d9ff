"""Every text on every page can be translated: in a marked language nothing but names and figures stays unmarked."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.models import ApiKey, User
from tallystick.partners.partnerships.models import Campaign, Code, Link, Partner, Placement
from tallystick.partners.programs.models import Brand, Channel, Definition, Program
from tallystick.tracking.events.models import Choice
from tallystick.tracking.events.models import Mapping as SavedMapping
from tallystick.tracking.imports.presets.catalog import PRESETS
from tallystick.tracking.inbox.models import Quarantined
from tests.browser.cast import Cast, tell
from tests.browser.pages import SAMPLES, Sample
from tests.doors.console_cast import fill
from tests.doors.marked_language import Unmarked, marking
from tests.houses import House

pytestmark = pytest.mark.one_database

SHAPES = re.compile(
    r"\b[a-z]{2,3}_[\w…-]+"  # ids
    r"|(\w+ )?\S*@\S+|https?://\S+|\b[\w-]+\.(ndjson|txt|csv|gz)\b|\b[0-9a-f]{32,64}\b"
    r"|\b[a-z]+[._/][\w./-]+"  # identifiers: acts, scopes, kinds of jobs, handles
    r"|\b(Tallystick|EUR|CSV|csv|Europe/Istanbul|sha256|root|tallystick init)\b"
)
"""What is written the same in every language."""

WRITTEN_DOWN = (
    "400 first purchases", "disclosure is missing", "Welcome to the numbers.", "Partner team", "ALICE10",
    "Let one person alone publish versions of definitions in Acme", "invites you to Acme", "Gold", "Silver",
    "something else", ": content", "article", "banner", "video", "email", "in-app", "directory", "voucher", "content",
    "active", "brand", "event", "events", "sessions", "partner alice-old",
    # why a receipt waits, as it was found then
    "say who that is: on the page of unknown names, or by opening it; then replay",
    "'yesterday' is not a time", "write ISO 8601 with an offset: 2026-11-20T14:05:00+01:00",
    "correct the amount, or `decimal` in the mapping", "there is no partner 'alise' in this program",
    "add it to the set-up file, run init again, then replay",
    "'12,50 €' has ',' where it does not group thousands.",
    "The decimal mark is set to '.': if the amount uses ',', say so.",
)  # fmt: skip
"""What people wrote, and what was kept in English when it happened: docs/how/translate.md."""

ENGLISH = {"docs"}
"""Pages that stay English: the reference of the API."""


@pytest.fixture(scope="module")
def shop(install_template, tmp_path_factory) -> Iterator[House]:
    with install_template.copy(tmp_path_factory.mktemp("texts") / "shop") as install:
        fill(install)
        yield House(install)


@pytest.fixture(scope="module")
def cast(shop, django_db_blocker) -> Iterator[Cast]:
    with django_db_blocker.unblock(), shop.entered():
        yield Cast(**tell())


def opened(cast: Cast, sample: Sample) -> str:
    """The page as its reader sees it."""
    client = Client()
    if sample.who != "stranger":
        client.cookies[settings.SESSION_COOKIE_NAME] = cast.sessions[sample.who]
    return client.get(sample.address).content.decode()


def names() -> list[str]:
    """What people called their things."""
    called: set[str] = set(User.objects.values_list("name", flat=True))
    with brand_scope(Brand.objects.get(key="acme").id):
        for model in (Brand, Program, Definition, Channel, Partner, Placement, Campaign, Link, Code, ApiKey):
            kept = {field.name for field in model._meta.get_fields()} & {"name", "key"}
            for row in model.objects.values(*kept):
                called |= {str(value) for value in row.values()}
        called |= set(SavedMapping.objects.values_list("name", flat=True))
        called |= set(Choice.objects.values_list("value", flat=True))
        called |= set(Quarantined.objects.values_list("value", flat=True))
        called |= {preset.platform for preset in PRESETS}
    return [name for name in called if name]


def of_the_house(text: str, called: list[str]) -> str:
    """What is left of a text without names, ids and the like."""
    text = SHAPES.sub(" ", text)
    for known in sorted((*WRITTEN_DOWN, *called), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", " ", text)
    return " ".join(text.split()) if re.search(r"[A-Za-z]{3}", text) else ""


def test_no_text_of_any_page_is_left_untranslated(cast, monkeypatch):
    called, left = names(), []
    with marking(monkeypatch):
        for name, addresses in SAMPLES.items():
            if name in ENGLISH:
                continue
            for who, address in addresses:
                page = opened(cast, Sample(name, who, address.format(**cast.ids)))
                left += [f"{address}: {text}" for text in Unmarked(page).found if of_the_house(text, called)]
    assert not left, "\n".join(sorted(set(left)))


def test_a_text_that_is_not_marked_would_be_found():
    assert of_the_house("Alice · code use", ["Alice"]) == "· code use"
    assert of_the_house("evt_01kaf0q4 · Alice", ["Alice"]) == ""
