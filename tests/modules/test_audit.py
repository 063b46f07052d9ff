"""The audit trail: written with the act, sealed into a chain, and every tampering with it found."""

import json
import random
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from tallystick.foundation import guards
from tallystick.foundation.audit import heads, queries, rules, services
from tallystick.foundation.audit.acts import Act, Subject
from tallystick.foundation.audit.models import AuditLine, AuditSeal, Unsealed
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.listing import BadWish, Wish
from tests.modules.threads import beside, finished
from tests.people import TESTER
from torture import tampering

ACME, ZOE = ids.new(), ids.new()


def does(act_name, label="Alice", *, brand=None, **changes):
    """Somebody does something, in a brand or on the installation; returns the line."""
    act = Act(act_name, Subject("prt", ids.new(), label), by=TESTER, changes=changes, reason="because")
    if brand is None:
        services.record(act)
    else:
        with brand_scope(brand):
            services.record(act)
    return AuditLine.objects.get(subject=act.subject.text)


@pytest.fixture
def trail(house):
    """A house whose trail is sealed up to the last line; what a test does to it is its own to undo."""
    tampering.write_trail(max(0, 30 - AuditLine.objects.count()), chance=random.Random(1), sealed_at_once=8)
    return house


def test_a_line_says_who_did_what_to_what_and_why(trail):
    line = does("partner.changed", name=("Alice", "Alicia"), brand=ACME)
    assert (line.brand_id, line.actor_name, line.act, line.label, line.reason) == (
        ACME,
        TESTER.name,
        "partner.changed",
        "Alice",
        "because",
    )
    assert line.changes == {"name": ["Alice", "Alicia"]}
    assert line.content["brand_id"] == ACME.hex


def test_a_line_is_gone_with_the_transaction_of_its_act(trail):
    before = AuditLine.objects.count()
    with transaction.atomic():
        does("partner.opened")
        transaction.set_rollback(True)
    assert (AuditLine.objects.count(), Unsealed.objects.count()) == (before, 0)


@pytest.mark.parametrize("model", [AuditLine, AuditSeal])
def test_the_database_refuses_to_change_or_delete_lines_and_seals(trail, model):
    key = model._meta.pk.name
    for verb in (lambda rows: rows.update(**{key: F(key)}), lambda rows: rows._raw_delete(rows.db)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            verb(model.objects.all())
    named = {guard.name for guard in guards.guards(connection.vendor)}
    assert {f"guard_delete_{model._meta.db_table}", f"guard_update_{model._meta.db_table}"} <= named


def test_seals_are_numbered_without_gaps_and_each_holds_the_one_before(trail):
    first = does("partner.opened")
    second = does("partner.opened", brand=ACME)
    before = queries.head()
    done = services.seal(limit=100)
    assert (done.done, done.left) == (2, 0)
    one, two = AuditSeal.objects.order_by("-sequence")[:2][::-1]
    assert (one.line_id, two.line_id) == (first.id, second.id)
    assert (one.sequence, one.previous) == (before.sequence + 1, before.hash)
    assert (two.sequence, two.previous) == (before.sequence + 2, one.hash)
    assert queries.head() == rules.Head(two.sequence, two.hash)


def test_a_hash_is_what_anybody_can_compute_from_the_documents(trail):
    does("partner.opened", tier=(None, "gold"))
    services.seal(limit=100)
    seal = AuditSeal.objects.select_related("line").latest("sequence")
    import hashlib

    text = json.dumps(
        [seal.sequence, seal.previous, seal.line.content], sort_keys=True, separators=(",", ":")
    )
    assert hashlib.sha256(text.encode()).hexdigest() == seal.hash


def test_a_line_that_commits_late_is_sealed_although_later_ones_are_already(trail):
    """Its id is older than those of lines that were sealed before it was there to be seen."""
    late = ids.new()
    does("partner.opened")
    services.seal(limit=100)
    last = AuditSeal.objects.latest("sequence")
    assert late < last.line_id
    line = AuditLine.objects.get(id=last.line_id)
    line.id = late
    line.save(force_insert=True)
    Unsealed(line=line).save(force_insert=True)
    assert services.seal(limit=100).done == 1
    assert AuditSeal.objects.latest("sequence").line_id == late
    assert queries.verify().broken is None


def test_sealing_goes_on_where_it_was_left(trail):
    for _ in range(5):
        does("partner.opened")
    assert services.seal(limit=3).left
    assert services.seal(limit=3).done == 2
    assert services.seal(limit=3).done == 0
    assert queries.verify().broken is None


def test_many_sealers_make_one_chain(trail):
    """Threads with connections of their own, while others write: as several workers on one database."""
    workers = [beside(lambda: [services.seal(limit=3) for _ in range(15)]) for _ in range(3)]
    writers = [beside(lambda: [does("partner.opened") for _ in range(15)]) for _ in range(2)]
    for each in [*workers, *writers]:
        finished(each)
    tampering.seal_all()
    assert Unsealed.objects.count() == 0
    assert AuditSeal.objects.count() == AuditLine.objects.count() == queries.head().sequence
    assert queries.verify().broken is None


def test_the_head_is_kept_outside_each_time_it_moved_and_once_only(trail):
    before = list(heads.known())
    does("partner.opened")
    services.seal(limit=100)
    services.keep_head()
    services.keep_head()
    assert list(heads.known()) == [*before, queries.head()]


def test_half_a_head_after_a_crash_spoils_neither_those_before_nor_those_after(trail):
    whole = heads.path().read_bytes()
    heads.path().write_bytes(whole + b"4711:abc")
    before = list(heads.known())
    does("partner.opened")
    services.seal(limit=100)
    assert list(heads.known()) == [*before, queries.head()]
    assert queries.verify().broken is None


@pytest.mark.parametrize("name", tampering.TAMPERINGS)
def test_tampering_is_found(trail, name):
    chance = random.Random(name)
    for _ in range(3):
        assert tampering.is_noticed(tampering.TAMPERINGS[name], chance=chance), name
    assert queries.verify().broken is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("change who", rules.Fault.LINE_CHANGED),
        ("remove a line", rules.Fault.LINE_REMOVED),
        ("remove a line with its seal", rules.Fault.SEAL_REMOVED),
        ("exchange two seals", rules.Fault.REORDERED),
        ("cut off the end", rules.Fault.CUT_OFF),
        ("remove everything", rules.Fault.CUT_OFF),
        ("add a line", rules.Fault.LINE_ADDED),
        ("change a line and write the chain anew", rules.Fault.REPLACED),
    ],
)
def test_the_finding_says_what_was_done(trail, name, fault):
    if fault is rules.Fault.SEAL_REMOVED:
        last = queries.head().sequence
        chance = next(c for c in map(random.Random, range(99)) if c.randrange(last) < last - 1)
        found = {tampering.is_noticed(tampering.TAMPERINGS[name], chance=chance) for _ in range(3)}
        assert found <= {fault, rules.Fault.CUT_OFF}
        return
    assert tampering.is_noticed(tampering.TAMPERINGS[name], chance=random.Random(7)) is fault


def test_who_writes_the_whole_chain_anew_is_found_by_a_head_alone(trail):
    """The control: with no head kept anywhere, the same tampering is not to be seen."""
    kept, file = queries.head(), heads.path().read_bytes()
    anew = tampering.change_a_line_and_write_the_chain_anew
    heads.path().unlink()
    try:
        assert tampering.is_noticed(anew, chance=random.Random(3)) is None
        with transaction.atomic():
            with tampering._guards_off():
                anew(random.Random(3))
            broken = queries.verify([kept]).broken
            transaction.set_rollback(True)
    finally:
        heads.path().write_bytes(file)
    assert broken is not None
    assert broken.fault is rules.Fault.REPLACED


def test_a_line_that_waits_too_long_for_its_seal_is_reported(trail, monkeypatch):
    does("partner.opened")
    assert queries.verify().broken is None
    monkeypatch.setattr(queries, "SEALED_WITHIN", timedelta(0))
    time.sleep(0.01)
    broken = queries.verify().broken
    assert broken is not None
    assert broken.fault is rules.Fault.LINE_UNSEALED
    tampering.seal_all()


def test_a_waiting_line_that_is_removed_is_missed(trail):
    does("partner.opened")

    def remove(_chance):
        tampering._delete(AuditLine.objects.filter(unsealed__isnull=False))

    assert tampering.is_noticed(remove, chance=random.Random(1)) is rules.Fault.LINE_REMOVED
    tampering.seal_all()


def test_a_quick_look_goes_through_the_newest_seals_only(trail):
    assert queries.verify(newest=5).broken is None
    first, last = queries.head().sequence - 10, queries.head().sequence

    def change(sequence):
        def tamper(_chance):
            AuditLine.objects.filter(seal__sequence=sequence).update(label="other")

        return tamper

    def found(sequence):
        with transaction.atomic():
            with tampering._guards_off():
                change(sequence)(None)
            broken = queries.verify(newest=5).broken
            transaction.set_rollback(True)
        return broken is not None

    assert found(last)
    assert not found(first)


@pytest.mark.parametrize("text", ["", "1", "0:" + "0" * 64, "12:abc", "-1:" + "0" * 64, "1:" + "A" * 64])
def test_what_is_no_head_is_refused_with_a_sentence(text):
    with pytest.raises(rules.BadHead, match="audit head"):
        rules.read_head(text)


# Lists.


def labels(listing, **filters):
    return [line.label for line in listing.page(Wish(filters=filters)).rows]


@pytest.fixture
def listed(db):
    does("partner.opened", "Alice", brand=ACME)
    does("partnership.paused", "Alice in Shop", brand=ACME)
    does("partner.opened", "Canary", brand=ZOE)
    does("person.invited", "Ada")


def test_the_list_of_a_brand_is_newest_first_and_knows_no_other_brand(listed):
    with brand_scope(ACME):
        assert labels(queries.LINES) == ["Alice in Shop", "Alice"]
        assert [row.label for row in queries.LINES.page(Wish(text="alice shop")).rows] == ["Alice in Shop"]
    assert labels(queries.EVERY_LINE) == ["Ada", "Canary", "Alice in Shop", "Alice"]


def test_the_list_is_narrowed_by_act_person_subject_and_day(listed):
    every = queries.EVERY_LINE
    subject = AuditLine.objects.get(label="Ada").subject
    assert labels(every, act="partner.opened") == ["Canary", "Alice"]
    assert labels(every, act="partner.") == ["Canary", "Alice"]
    assert labels(every, act="part") == []
    assert labels(every, subject=subject) == ["Ada"]
    assert labels(every, actor="TESTS", act="person.invited") == ["Ada"]
    assert labels(every, actor=ids.show("usr", ids.new())) == []
    assert len(labels(every, since=clock.now().date().isoformat())) == 4
    assert labels(every, since="2999-01-01") == []
    with pytest.raises(BadWish):
        labels(every, since="yesterday")


# The command.


@pytest.fixture
def written(fresh_install) -> Iterator:
    code = (
        "import random\nfrom torture import tampering\n"
        "tampering.write_trail(12, chance=random.Random(5), sealed_at_once=3)"
    )
    done = fresh_install.run_python(code)
    assert done.returncode == 0, done.stderr
    return fresh_install


def test_the_command_lists_prints_the_head_and_verifies(written):
    head = written.succeed("audit", "head").stdout.strip()
    assert head == (written.data_dir / "audit-heads").read_text().splitlines()[-1]
    assert "12 lines are as they were sealed" in written.succeed("audit", "verify", "--head", head).stdout
    listed = json.loads(written.succeed("audit", "list", "--json", "--act", "partner.", "--days", 1).stdout)
    assert listed["total"] == len(listed["lines"]) > 0
    assert all(line["act"].startswith("partner.") for line in listed["lines"])
    assert written.run("audit", "verify", "--head", "nonsense").returncode == 2
    wrong = head[:-1] + ("0" if head[-1] != "0" else "1")
    refused: subprocess.CompletedProcess = written.run("audit", "verify", "--head", wrong)
    assert refused.returncode == 4
    assert "written anew" in refused.stderr


def test_the_doctor_sees_a_trail_that_was_tampered_with(written):
    assert json.loads(written.succeed("doctor", "--json").stdout)["sound"]
    (written.data_dir / "audit-heads").write_text("99:" + "a" * 64 + "\n")
    told = written.run("doctor", "--json")
    assert told.returncode == 4
    failed = [check for check in json.loads(told.stdout)["checks"] if not check["passed"]]
    assert [check["name"] for check in failed] == ["audit trail"]
    assert "99" in failed[0]["finding"]
