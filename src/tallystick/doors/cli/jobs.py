"""``tallystick jobs``: work that waits, and work that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.start import Json, start_django

if TYPE_CHECKING:
    from tallystick.foundation.jobs.models import Job

app = typer.Typer(no_args_is_help=True)


@app.callback()
def jobs() -> None:
    """See the work that follows changes (mail, webhooks …), and try again what failed."""


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="Only waiting, running, done or failed ones.")] = "",
    kind: Annotated[str, typer.Option(help="Only of this kind.")] = "",
    limit: Annotated[int, typer.Option(help="How many jobs to show.", min=1, max=200)] = 50,
    as_json: Json = False,
) -> None:
    """Show the jobs, newest first, with how often each was tried and why it failed."""
    start_django()
    from tallystick.foundation.jobs.queries import JOBS
    from tallystick.kit.listing import Wish

    page = JOBS.page(Wish(filters={"state": state, "kind": kind}, limit=limit))
    rows = [_row(job) for job in page.rows]
    if as_json:
        output.emit_json({"total": page.total, "jobs": rows})
        return
    if not rows:
        output.say("No such jobs.")
        return
    output.emit_table(COLUMNS, [[row[column] for column in COLUMNS] for row in rows], numeric=("tries",))
    if page.total > len(rows):
        output.say(f"{page.total - len(rows):,} more; --limit shows up to 200.")


@app.command()
def retry(
    wanted: Annotated[list[str], typer.Argument(metavar="JOB...", help="Jobs that failed or wait (job_…).")],
) -> None:
    """Try jobs again now: those that failed for good, and those that wait for their next try."""
    start_django()
    from tallystick.foundation.jobs import queries, services

    by = whoever_runs_this()
    found = [queries.find_job(text) for text in wanted]
    for job in found:
        services.retry(job, by=by)
    output.say(f"{len(found)} to be tried again. The worker takes them within a second or so.")


COLUMNS = ("id", "kind", "state", "tries", "next", "error")


def _row(job: Job) -> dict[str, Any]:
    from tallystick.kit import ids

    waits = job.state in ("waiting", "running")
    return {
        "id": ids.show("job", job.id),
        "kind": job.kind,
        "state": job.state,
        "tries": job.attempts,
        "next": f"{job.next_at:%Y-%m-%d %H:%M:%S} UTC" if waits else "",
        "error": job.error,
    }
