"""Tampering with the audit trail, as somebody would who owns the database: guards off, rows changed, traces covered.

Each tampering happens in a transaction that is rolled back, so that one trail serves thousands of them. The heads that
were kept outside are left as they are: that is their point.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from tallystick.foundation.audit import queries, rules, services
from tallystick.foundation.audit.acts import Act, Actor, ActorKind, Subject
from tallystick.foundation.audit.models import AuditLine, AuditSeal, Unsealed
from tallystick.foundation.guards import guards
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import ids

Tampering = Callable[[random.Random], None]

FAR = 10**9
WORDS = ("partner.opened", "partner.changed", "partnership.paused", "seat.given", "key.revoked")


def write_trail(lines: int, *, chance: random.Random, sealed_at_once: int = 40) -> None:
    """Append lines of three brands and the installation, and seal them a few at a time."""
    brands = [ids.new() for _ in range(3)]
    for number in range(lines):
        actor = Actor(ActorKind.PERSON, chance.choice(("Ada", "Berta", "Cem")), ids.new(), "192.0.2.7")
        changes: dict[str, tuple[Any, Any]] = {
            "name": (f"old {number}", "neü"),
            "tier": (None, chance.random()),
        }
        act = Act(
            chance.choice(WORDS), Subject("prt", ids.new(), f"Partner {number}"), actor, changes, reason="so"
        )
        if chance.random() < 0.2:
            services.record(act)
        else:
            with brand_scope(chance.choice(brands)):
                services.record(act)
        if chance.random() < 1 / sealed_at_once:
            seal_all()
    seal_all()


def seal_all() -> None:
    """Seal whatever waits."""
    while services.seal(limit=50).left:
        pass


def is_noticed(tamper: Tampering, *, chance: random.Random) -> rules.Fault | None:
    """What `verify` makes of the trail after a tampering; the trail is as before afterwards."""
    with transaction.atomic():
        with _guards_off():
            tamper(chance)
        broken = queries.verify().broken
        transaction.set_rollback(True)
    return broken.fault if broken else None


@contextmanager
def _guards_off() -> Iterator[None]:
    tables = {AuditLine._meta.db_table, AuditSeal._meta.db_table}
    with connection.cursor() as cursor:
        for guard in guards(connection.vendor):
            if guard.table in tables and connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
            elif guard.table in tables:
                cursor.execute(f"ALTER TABLE {guard.table} DISABLE TRIGGER {guard.name}")
    yield


def _some_line(chance: random.Random) -> AuditLine:
    return chance.choice(list(AuditLine.objects.filter(seal__isnull=False)))


def _some_seals(chance: random.Random, count: int) -> list[AuditSeal]:
    return chance.sample(list(AuditSeal.objects.all()), count)


def _delete(rows: Any) -> None:
    rows._raw_delete(rows.db)


def _changing(field: str, other: Callable[[AuditLine], Any]) -> Tampering:
    def change(chance: random.Random) -> None:
        sealed = AuditLine.objects.filter(seal__isnull=False)
        line = chance.choice([line for line in sealed if other(line) != getattr(line, field)])
        AuditLine.objects.filter(id=line.id).update(**{field: other(line)})

    return change


def remove_a_line(chance: random.Random) -> None:
    _delete(AuditLine.objects.filter(id=_some_line(chance).id))


def remove_a_seal(chance: random.Random) -> None:
    _delete(AuditSeal.objects.filter(sequence=_some_seals(chance, 1)[0].sequence))


def remove_a_line_with_its_seal(chance: random.Random) -> None:
    (seal,) = _some_seals(chance, 1)
    _delete(AuditSeal.objects.filter(sequence=seal.sequence))
    _delete(AuditLine.objects.filter(id=seal.line_id))


def remove_a_line_and_close_the_gap(chance: random.Random) -> None:
    (seal,) = _some_seals(chance, 1)
    _delete(AuditSeal.objects.filter(sequence=seal.sequence))
    _delete(AuditLine.objects.filter(id=seal.line_id))
    behind = AuditSeal.objects.filter(sequence__gt=seal.sequence)
    behind.update(sequence=F("sequence") + FAR)
    behind.update(sequence=F("sequence") - FAR - 1)


def exchange_two_lines(chance: random.Random) -> None:
    one, two = _some_seals(chance, 2)
    spare = AuditLine.objects.get(id=one.line_id)
    spare.id = ids.new()
    spare.save(force_insert=True)
    for seal, line_id in ((one, spare.id), (two, one.line_id), (one, two.line_id)):
        AuditSeal.objects.filter(sequence=seal.sequence).update(line_id=line_id)
    _delete(AuditLine.objects.filter(id=spare.id))


def exchange_what_two_lines_say(chance: random.Random) -> None:
    one, two = (AuditLine.objects.get(id=seal.line_id) for seal in _some_seals(chance, 2))
    for line, other in ((one, two), (two, one)):
        said = {"label": other.label, "subject": other.subject, "act": other.act}
        AuditLine.objects.filter(id=line.id).update(**said)


def exchange_two_seals(chance: random.Random) -> None:
    one, two = _some_seals(chance, 2)
    for old, new in ((one.sequence, 0), (two.sequence, one.sequence), (0, two.sequence)):
        AuditSeal.objects.filter(sequence=old).update(sequence=new)


def cut_off_the_end(chance: random.Random) -> None:
    last = AuditSeal.objects.order_by("-sequence")[: chance.randint(1, 9)]
    numbers, lines = zip(*((seal.sequence, seal.line_id) for seal in last), strict=True)
    _delete(AuditSeal.objects.filter(sequence__in=numbers))
    _delete(AuditLine.objects.filter(id__in=lines))


def cut_off_the_end_and_let_it_be_sealed_anew(chance: random.Random) -> None:
    last = list(AuditSeal.objects.order_by("-sequence")[: chance.randint(2, 9)])
    _delete(AuditSeal.objects.filter(sequence__in=[seal.sequence for seal in last]))
    _delete(AuditLine.objects.filter(id=last[0].line_id))
    Unsealed.objects.bulk_create(Unsealed(line_id=seal.line_id) for seal in last[1:])


def remove_everything(_chance: random.Random) -> None:
    for rows in (AuditSeal.objects.all(), Unsealed.objects.all(), AuditLine.objects.all()):
        _delete(rows)


def change_a_seal(chance: random.Random) -> None:
    (seal,) = _some_seals(chance, 1)
    field = chance.choice(("hash", "previous"))
    AuditSeal.objects.filter(sequence=seal.sequence).update(**{field: chance.randbytes(32).hex()})


def add_a_line(chance: random.Random) -> None:
    line = _some_line(chance)
    line.id, line.label = ids.new(), "what never was"
    line.save(force_insert=True)


def change_a_line_and_write_the_chain_anew(chance: random.Random) -> None:
    """The most that the owner of the database can do; only a head kept outside tells."""
    line = _some_line(chance)
    AuditLine.objects.filter(id=line.id).update(actor_name="Nobody")
    _write_the_chain_anew()


def remove_a_line_and_write_the_chain_anew(chance: random.Random) -> None:
    remove_a_line_and_close_the_gap(chance)
    _write_the_chain_anew()


def _write_the_chain_anew() -> None:
    head = rules.START
    for seal in AuditSeal.objects.order_by("sequence").select_related("line"):
        sealed = rules.seal_after(head, seal.line.content)
        AuditSeal.objects.filter(sequence=seal.sequence).update(previous=head.hash, hash=sealed.hash)
        head = sealed


TAMPERINGS: dict[str, Tampering] = {
    "change the act": _changing("act", lambda line: line.act + "x"),
    "change the subject": _changing("subject", lambda _: ids.show("prt", ids.new())),
    "change the label": _changing("label", lambda line: line.label + " "),
    "change who": _changing("actor_name", lambda line: line.actor_name.upper()),
    "change whose id": _changing("actor_id", lambda _: ids.new()),
    "forget whose id": _changing("actor_id", lambda _: None),
    "change the sort of actor": _changing("actor_kind", lambda _: ActorKind.RULE),
    "change the address": _changing("address", lambda _: "192.0.2.8"),
    "change when": _changing("at", lambda line: line.at + timedelta(microseconds=1)),
    "change the brand": _changing("brand_id", lambda _: ids.new()),
    "change what changed": _changing("changes", lambda line: {**line.changes, "tier": [None, "gold"]}),
    "forget what changed": _changing("changes", lambda _: {}),
    "change why": _changing("reason", lambda line: line.reason + "!"),
    "remove a line": remove_a_line,
    "remove a seal": remove_a_seal,
    "remove a line with its seal": remove_a_line_with_its_seal,
    "remove a line and close the gap": remove_a_line_and_close_the_gap,
    "exchange two lines": exchange_two_lines,
    "exchange what two lines say": exchange_what_two_lines_say,
    "exchange two seals": exchange_two_seals,
    "cut off the end": cut_off_the_end,
    "cut off the end and let it be sealed anew": cut_off_the_end_and_let_it_be_sealed_anew,
    "remove everything": remove_everything,
    "change a seal": change_a_seal,
    "add a line": add_a_line,
    "change a line and write the chain anew": change_a_line_and_write_the_chain_anew,
    "remove a line and write the chain anew": remove_a_line_and_write_the_chain_anew,
}
