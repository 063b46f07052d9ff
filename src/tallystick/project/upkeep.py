"""What the worker does beside the journey: errands every turn, and every few minutes what keeps the house in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings

from tallystick.doors.api.once import sweep_answers
from tallystick.foundation.attachments import services as attachments
from tallystick.foundation.audit import services as audit
from tallystick.foundation.jobs import services as jobs
from tallystick.foundation.lanes import Progress, position
from tallystick.foundation.mail.services import expire as expire_mails
from tallystick.foundation.outbox import services as outbox
from tallystick.foundation.scoping import brand_scope
from tallystick.journey import inbox
from tallystick.measurement.warehouse.retention import retire
from tallystick.measurement.warehouse.services import sweep
from tallystick.partners.accounts.services.people import sweep_sessions
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.stage import NAME as EVENTS
from tallystick.tracking.imports.services import sweeping as imports
from tallystick.tracking.imports.services.in_turn import run_waiting
from tallystick.tracking.imports.services.room import Limit

MOST_AT_ONCE = 100


def archive_receipts() -> None:
    """Move the inbox files whose receipts have all become events; a brand that never read keeps its files."""
    positions = []
    for brand_id in Brand.objects.values_list("pk", flat=True):
        with brand_scope(brand_id):
            if (stands_at := position(EVENTS)) is not None:
                positions.append((brand_id, stands_at))
    inbox().archive(positions)


def retire_facts() -> None:
    """Name no longer the Parquet files of days that the configuration does not keep."""
    for brand_id in Brand.objects.values_list("pk", flat=True):
        retire(brand_id)


def sweep_warehouse() -> None:
    """Delete the Parquet files that were replaced long enough ago."""
    for brand_id in Brand.objects.values_list("pk", flat=True):
        sweep(brand_id)


def sweep_attachments() -> None:
    """Delete the bytes of documents that were removed."""
    for brand_id in Brand.objects.values_list("pk", flat=True):
        with brand_scope(brand_id):
            attachments.sweep()


def sweep_imports() -> None:
    """Delete the files of imports whose time is over, and uploads that nobody finished."""
    imports.sweep_scratch()
    for brand_id in Brand.objects.values_list("pk", flat=True):
        with brand_scope(brand_id):
            imports.sweep()


def receive_imports(stopping: Callable[[], bool]) -> Progress:
    """Receive the imports that wait, those of several brands in turn, with this thread's own store."""
    most: int = settings.TALLYSTICK.import_most_waiting
    return run_waiting(store=inbox(), stopping=stopping, limit=Limit(most))


ERRANDS: Mapping[str, Callable[[], Progress]] = {
    # One by one, so that whoever stops the worker waits for one job at most.
    "run jobs": lambda: jobs.run_due(limit=1),
    "seal the audit trail": lambda: audit.seal(limit=MOST_AT_ONCE),
    "place announcements": lambda: outbox.place(limit=MOST_AT_ONCE),
}


def forget_answers() -> None:
    """Delete the answers of the API that were kept long enough for a call to be made again."""
    for brand_id in Brand.objects.values_list("pk", flat=True):
        with brand_scope(brand_id):
            while sweep_answers():
                pass


UPKEEP: Mapping[str, Callable[[], object]] = {
    "archive receipts": archive_receipts,
    "retire facts": retire_facts,
    "sweep warehouse": sweep_warehouse,
    "forget answers": forget_answers,
    "sweep attachments": sweep_attachments,
    "sweep imports": sweep_imports,
    "sweep jobs": jobs.sweep,
    "keep the head of the audit trail": audit.keep_head,
    "expire mails": expire_mails,
    "sweep sessions": sweep_sessions,
}
