"""``tallystick trace``: from any id to the receipts, and why something did not count."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.start import Brand, Json, start_django

if TYPE_CHECKING:
    from tallystick.measurement.attribution.trace import ConversionTrace, EventTrace, ReceiptTrace

app = typer.Typer()

LACKS = {"count": "does not count: ", "credit": "no credit: ", "conversion": "no conversion: ", "": ""}


@app.command()
def trace(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A receipt (rcp_…), event (evt_…), conversion (cnv_…) or credit (crd_…)."
        ),
    ],
    brand: Brand = None,
    as_json: Json = False,
) -> None:
    """Show what stands behind an id: receipt, event, path and credit, with the versions that decided.

    What did not count says why. Ids stand in `tallystick report --receipts` and on every page.
    """
    config = start_django()
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.journey import inbox
    from tallystick.measurement.attribution.trace import trace as trace_id

    with brand_in_scope(brand):
        found = trace_id(asked, store=inbox(), max_customers=config.identity_max_customers)
    if as_json:
        output.emit_json(asdict(found))
        return
    for receipt in found.receipts:
        _receipt(receipt)
    for event in found.events:
        _event(event)
    for conversion in found.conversions:
        _conversion(conversion)
    if found.more:
        output.say(f"{found.more:,} more conversions.")


def _receipt(receipt: ReceiptTrace) -> None:
    place = f" · {receipt.file}, line {receipt.line}" if receipt.file else ""
    output.emit_text(f"receipt     {receipt.id}")
    output.emit_text(
        f"            {receipt.source}/{receipt.kind}{place} · received {receipt.received_at:%Y-%m-%d %H:%M:%S} UTC"
    )
    if receipt.repeats:
        output.emit_text(
            f"            arrived {receipt.repeats} more times with the same content: counted once"
        )
    if receipt.conflict_of:
        output.emit_text(f"            another body under the key of {receipt.conflict_of}")
    output.emit_text(f"            {'erased' if receipt.erased_at else receipt.body}")
    if receipt.dismissed:
        output.emit_text(f"            dismissed: {receipt.dismissed}")
    if receipt.corrected:
        output.emit_text("            not used: a corrected body under the same key took its place")
    if receipt.waits:
        output.emit_text(f"            in quarantine: {receipt.waits}")
        output.emit_text(f"            to do: {receipt.fix}")


def _event(event: EventTrace) -> None:
    who = " · ".join(
        f"{name} {value}" for name in ("visitor", "customer", "account") if (value := getattr(event, name))
    )
    output.emit_text(f"event       {event.id}")
    output.emit_text(f"            {event.kind} at {event.occurred_at:%Y-%m-%d %H:%M:%S} UTC · {who}")
    details = [
        event.origin,
        event.amount,
        event.order and f"order {event.order}",
        event.campaign and f"campaign {event.campaign}",
        event.landing_page,
        event.sub_id and f"sub-id {event.sub_id}",
        event.device,
        event.browser,
        event.country,
    ]
    told = " · ".join(detail for detail in details if detail)
    if told:
        output.emit_text(f"            {told}")
    if event.why_not:
        output.emit_text(f"            {LACKS[event.lacks]}{event.why_not}")


def _conversion(conversion: ConversionTrace) -> None:
    from tallystick.design import figures
    from tallystick.doors import wording

    output.emit_text(f"conversion  {conversion.id}")
    value = f" · {conversion.value}" if conversion.value else ""
    output.emit_text(
        f"            {conversion.definition_name} v{conversion.version} (from {conversion.effective_on}) · "
        f"{wording.model(conversion.model)} · {conversion.occurred_at:%Y-%m-%d %H:%M:%S} UTC{value} · "
        f"customer {conversion.customer_type}"
    )
    output.emit_text(
        f"            decided by {conversion.evidence}, {conversion.corroborating} more say the same"
    )
    if conversion.withdrawn:
        output.emit_text("            withdrawn: no evidence of it counts any more")
    elif conversion.why_not:
        output.emit_text(f"            nobody is credited: {conversion.why_not}")
    for step in conversion.path:
        share = figures.share(step.share_ppb) if step.share_ppb else "none"
        output.emit_text(
            f"  credit    {step.credit}  {share:>8}  {step.origin} · {step.kind} at {step.at:%Y-%m-%d %H:%M:%S} UTC"
        )
        output.emit_text(f"            of {step.event}{' · ' + step.sentence if step.sentence else ''}")
