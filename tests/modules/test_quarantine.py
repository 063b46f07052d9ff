"""The quarantine: what could not become an event waits with a reason, is released, and may come back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tallystick.foundation.scoping import ScopeMissing, brand_scope
from tallystick.kit import ids
from tallystick.partners.programs.models import Brand
from tallystick.tracking.inbox import queries, services
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.rules import Finding, Reason
from tests.modules.inbox_cast import NOON

pytestmark = pytest.mark.django_db


def kept(finding):
    row = queries.one(finding.receipt_id)
    assert row is not None
    return row


@pytest.fixture
def acme():
    brand = Brand(key="acme", name="Acme")
    brand.save()
    with brand_scope(brand.id):
        yield brand


def finding(reason=Reason.SCHEMA, **parts):
    given = {"detail": "`amount` is '12,50 €'.", "fix": 'Set `decimal = ","`.'} | parts
    return Finding(ids.new(), reason, **given)


def test_a_receipt_waits_with_its_reason_and_place(acme):
    found = finding(file="orders.csv", line=4812, column="amount", value="12,50 €")
    assert services.quarantine([found], at=NOON) == 1
    row = kept(found)
    assert (row.reason, row.file, row.line, row.column, row.value) == (
        "schema",
        "orders.csv",
        4812,
        "amount",
        "12,50 €",
    )
    assert (row.state, row.tries, row.quarantined_at, row.released_at) == ("waiting", 1, NOON, None)


def test_a_released_receipt_that_fails_again_waits_again_with_one_more_try(acme):
    first = finding()
    services.quarantine([first], at=NOON)
    assert services.release([first.receipt_id], at=NOON + timedelta(hours=1)) == 1
    assert services.release([first.receipt_id], at=NOON + timedelta(hours=2)) == 0
    assert kept(first).released_at == NOON + timedelta(hours=1)
    services.quarantine([first._replace(reason=Reason.CONSENT)], at=NOON + timedelta(hours=3))
    row = kept(first)
    assert (row.state, row.reason, row.tries, row.released_at) == ("waiting", "consent", 2, None)
    assert queries.tries([first.receipt_id, ids.new()]) == {first.receipt_id: 2}


def test_of_several_findings_about_one_receipt_the_last_counts(acme):
    first = finding()
    assert services.quarantine([first, first._replace(reason=Reason.SIZE)], at=NOON) == 1
    assert queries.counts_by_reason() == {Reason.SIZE: 1}


def test_what_waits_is_counted_and_listed_oldest_first(acme):
    found = [finding(Reason.SYNTAX), finding(Reason.SCHEMA), finding(Reason.SYNTAX), finding(Reason.AUTH)]
    services.quarantine(found, at=NOON)
    services.release([found[3].receipt_id], at=NOON)
    assert queries.counts_by_reason() == {Reason.SCHEMA: 1, Reason.SYNTAX: 2}
    assert [row.receipt_id for row in queries.waiting()] == [f.receipt_id for f in found[:3]]
    syntax = queries.waiting(reasons=[Reason.SYNTAX], limit=1, offset=1)
    assert [row.receipt_id for row in syntax] == [found[2].receipt_id]
    with pytest.raises(ValueError, match="1 to 1,000"):
        queries.waiting(limit=1001)


def test_another_brand_sees_counts_and_releases_nothing_of_it(acme):
    found = finding()
    services.quarantine([found], at=NOON)
    zoe = Brand(key="zoe", name="Zoë")
    zoe.save()
    with brand_scope(zoe.id):
        assert (queries.counts_by_reason(), queries.waiting(), queries.one(found.receipt_id)) == (
            {},
            [],
            None,
        )
        assert services.release([found.receipt_id], at=NOON) == 0
    assert kept(found).state == "waiting"


def test_without_a_brand_in_scope_nothing_can_be_asked():
    with pytest.raises(ScopeMissing):
        queries.counts_by_reason()


def test_texts_that_no_database_stores_are_cut_and_cleaned(acme):
    found = finding(value="a\x00b\ud800" + "x" * 5000)
    services.quarantine([found], at=NOON)
    value = kept(found).value
    assert value.startswith("a\N{REPLACEMENT CHARACTER}b?xxx")
    assert len(value) == services.TEXT_CHARS


def test_the_database_knows_no_other_reason_and_one_row_a_receipt(acme):
    found = finding()
    services.quarantine([found], at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Quarantined.objects.filter(receipt_id=found.receipt_id).update(reason="bad luck")
    row = kept(found)
    row.pk = ids.new()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_ten_thousand_findings_go_into_quarantine_at_once_and_no_more(acme):
    found = [finding() for _ in range(services.RECEIPTS_AT_ONCE)]
    assert services.quarantine(found, at=NOON) == services.RECEIPTS_AT_ONCE
    with pytest.raises(ValueError, match="more than"):
        services.quarantine([*found, finding()], at=NOON)
