"""The outbox: what happened is announced with the change, and read in an order in which nothing comes late."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from tallystick.foundation.jobs.models import Job
from tallystick.foundation.outbox import queries, services
from tallystick.foundation.outbox.models import Announcement, Place
from tallystick.foundation.scoping import ScopeMissing, brand_scope
from tallystick.kit import ids
from tallystick.kit.listing import BadWish, Wish
from tallystick.partners.programs.models import Brand
from tests.modules.threads import beside, finished


@pytest.fixture
def acme(house):
    return opened("acme")


def opened(key):
    brand = Brand(key=f"{key}-{ids.new().hex}", name=key.title())
    brand.save()
    return brand


def happens(brand, topic="partner.opened", **body):
    with brand_scope(brand.id):
        return services.announce(topic, subject=ids.show("prt", ids.new()), body=body)


def place(limit=100):
    while services.place(limit=limit).left:
        pass


def feed(brand, **filters):
    with brand_scope(brand.id):
        rows = queries.FEED.page(Wish(filters=filters)).rows
        return [(row.place.sequence, row.topic) for row in rows]


def test_announcements_stand_in_the_feed_in_the_order_in_which_they_were_made(acme):
    zoe = opened("zoe")
    happens(acme, "partner.opened")
    happens(zoe, "canary.sang")
    happens(acme, "partner.changed")
    assert feed(acme) == []
    place()
    assert feed(acme) == [(1, "partner.opened"), (2, "partner.changed")]
    happens(acme, "partnership.paused")
    place()
    assert feed(acme, after="2") == [(3, "partnership.paused")]
    assert feed(acme, topic="partner.changed") == [(2, "partner.changed")]
    assert feed(zoe) == [(1, "canary.sang")]


def test_a_place_once_given_stays(acme):
    happens(acme)
    place()
    before = feed(acme)
    for _ in range(3):
        happens(acme)
        place(limit=1)
    assert feed(acme)[:1] == before
    assert [sequence for sequence, _ in feed(acme)] == [1, 2, 3, 4]


def test_an_announcement_that_commits_late_comes_after_what_was_read_already(acme):
    """It was made first, and is committed last: whoever read up to the others still gets it."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: nothing commits while another transaction writes")
    announced, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            happens(acme, "slow.one")
            announced.set()
            assert may_commit.wait(30)

    slower = beside(slow)
    assert announced.wait(30)
    happens(acme, "quick.one")
    place()
    read = feed(acme)
    may_commit.set()
    finished(slower)
    assert read == [(1, "quick.one")]
    place()
    assert feed(acme, after="1") == [(2, "slow.one")]


def test_many_who_place_and_announce_at_once_leave_no_gap_and_no_announcement_out(acme):
    announcing = [beside(lambda: [happens(acme) for _ in range(15)]) for _ in range(2)]
    placing = [beside(lambda: [services.place(limit=3) for _ in range(15)]) for _ in range(3)]
    for each in [*announcing, *placing]:
        finished(each)
    place()
    assert [sequence for sequence, _ in feed(acme)] == list(range(1, 31))


def test_an_announcement_is_gone_with_the_transaction_of_its_change(acme):
    with transaction.atomic():
        happens(acme)
        transaction.set_rollback(True)
    place()
    assert feed(acme) == []


def test_an_announcement_never_changes(acme):
    said = happens(acme)
    with brand_scope(acme.id), pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Announcement.objects.filter(id=said.id).update(topic="other")


def test_subscribers_get_a_job_each_in_the_same_transaction(acme, monkeypatch):
    monkeypatch.setattr(services, "SUBSCRIBERS", {})
    for kind in ("tell.one", "tell.two", "tell.one"):
        services.subscribe("partner.opened", job=kind)
    said = happens(acme, name="Alice")
    happens(acme, "partner.changed")
    jobs = Job.objects.filter(brand_id=acme.id).order_by("id")
    assert [job.kind for job in jobs] == ["tell.one", "tell.two"]
    assert jobs[0].payload == {
        "announcement": said.id.hex,
        "topic": "partner.opened",
        "subject": said.subject,
        "body": {"name": "Alice"},
    }


def test_outside_a_brand_nothing_is_announced_or_read(house):
    with pytest.raises(ScopeMissing):
        services.announce("partner.opened", subject="", body={})
    with pytest.raises(ScopeMissing):
        queries.FEED.page(Wish())


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "٣", "9" * 30])
def test_a_place_is_a_whole_number(acme, text):
    with brand_scope(acme.id), pytest.raises(BadWish):
        queries.FEED.page(Wish(filters={"after": text}))


def test_every_announcement_has_its_row_for_a_place(acme):
    happens(acme)
    with brand_scope(acme.id):
        assert Place.objects.filter(sequence__isnull=True).count() == 1
