"""``tallystick audit``: who did what, and whether the record of it is still what was written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import CHECK_FAILED, CommandError
from tallystick.doors.cli.start import Json, start_django

if TYPE_CHECKING:
    from tallystick.foundation.audit.models import AuditLine

app = typer.Typer(no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Read the audit trail: who did what, when and why; and check that nobody changed it since."""


@app.command("list")
def list_(
    brand: Annotated[str, typer.Option(help="Only of this brand, by its key.")] = "",
    act: Annotated[
        str, typer.Option(help="Only this act (partner.opened), or all that begin so (partner.).")
    ] = "",
    subject: Annotated[str, typer.Option(help="Only about the thing with this id (pns_…).")] = "",
    person: Annotated[str, typer.Option(help="Only by who has this in their name, or this id (usr_…).")] = "",
    days: Annotated[int, typer.Option(help="Only of so many days back; 0 for all.", min=0, max=36_500)] = 0,
    limit: Annotated[int, typer.Option(help="How many lines to show.", min=1, max=200)] = 50,
    as_json: Json = False,
) -> None:
    """Show the lines of the audit trail, newest first: of one brand, or of all and the installation."""
    start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.foundation.audit.queries import EVERY_LINE, LINES
    from tallystick.kit import clock
    from tallystick.kit.listing import Wish

    since = (clock.now() - timedelta(days=days)).isoformat() if days else ""
    wish = Wish(filters={"act": act, "subject": subject, "actor": person, "since": since}, limit=limit)
    if brand:
        with brand_in_scope(brand):
            page = LINES.page(wish)
    else:
        page = EVERY_LINE.page(wish)
    if as_json:
        output.emit_json({"total": page.total, "lines": [_object(line) for line in page.rows]})
        return
    if not page.rows:
        output.say("No such lines.")
        return
    output.emit_table(COLUMNS, [_cells(line) for line in page.rows])
    if page.total > len(page.rows):
        output.say(f"{page.total - len(page.rows):,} more; --limit shows up to 200.")


@app.command()
def head(as_json: Json = False) -> None:
    """Print where the chain of seals stands, as NUMBER:HASH, to keep it where nobody of this machine can change it.

    `tallystick audit verify --head NUMBER:HASH` tells later whether everything up to here is as it is now.
    """
    start_django()
    from tallystick.foundation.audit import queries, rules

    stands = queries.head()
    if as_json:
        output.emit_json({"sequence": stands.sequence, "hash": stands.hash})
    elif stands == rules.START:
        output.say("Nothing is sealed yet.")
    else:
        output.emit_text(str(stands))


@app.command()
def verify(
    heads: Annotated[
        list[str] | None,
        typer.Option(
            "--head", metavar="NUMBER:HASH", help="A head that was kept elsewhere; may be repeated."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that no line of the audit trail was changed, removed, added or moved, and say where it first was.

    Every seal is computed anew, and held against the heads in the data directory and those given. Exit code 4 when
    something is wrong.
    """
    start_django()
    from tallystick.doors.wording import sentence
    from tallystick.foundation.audit import queries, rules

    kept = [rules.read_head(text) for text in heads or ()]
    verdict = queries.verify(kept)
    said = sentence(verdict.broken) if verdict.broken else ""
    if as_json:
        output.emit_json(
            {
                "sound": verdict.broken is None,
                "fault": verdict.broken and str(verdict.broken.fault),
                "finding": said,
                "sealed": verdict.sealed,
                "waiting": verdict.waiting,
                "head": str(verdict.head),
            }
        )
    elif not said:
        output.emit_text(
            f"{verdict.sealed:,} lines are as they were sealed; {verdict.waiting:,} wait for their seal."
        )
    if said:
        raise CommandError(f"The audit trail is not what was written. {said}", CHECK_FAILED)


COLUMNS = ("at (UTC)", "act", "what", "by", "from", "why")


def _cells(line: AuditLine) -> tuple[str, ...]:
    what = f"{line.label} ({line.subject})"
    return (f"{line.at:%Y-%m-%d %H:%M:%S}", line.act, what, line.actor_name, line.address, line.reason)


def _object(line: AuditLine) -> dict[str, Any]:
    from tallystick.kit import ids

    named = ("act", "subject", "label", "actor_kind", "actor_name", "address", "changes", "reason")
    return {
        "id": ids.show("aud", line.id),
        "at": line.at.isoformat(),
        "brand": ids.show("brd", line.brand_id) if line.brand_id else None,
        **{name: getattr(line, name) for name in named},
    }
