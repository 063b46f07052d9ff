"""The questions that benchmarks ask of a snapshot, and the program that they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from benchmarks.shape import FIRST

if TYPE_CHECKING:
    from tallystick.measurement.kpis.questions import Question
    from tallystick.partners.programs.rules import Version

ZONE: Final = ZoneInfo("Europe/Berlin")
AS_OF: Final = datetime(2026, 9, 1, tzinfo=UTC)
"""When every window has closed."""


def versions() -> dict[str, Version]:
    """The one version of each definition, by the definition's key."""
    from benchmarks.generated import LEAD, PROGRAM, PURCHASE
    from tallystick.partners.programs.rules import Denominator, Meaning, Version

    return {
        key: Version(
            definition_id=definition,
            definition_key=key,
            definition_name=key,
            program_id=PROGRAM,
            zone=ZONE,
            version=1,
            effective_on=date(2026, 1, 1),
            primary=key == "purchase",
            meaning=Meaning(
                events=(key,),
                denominator=Denominator.CLICKS,
                alternates=(Denominator.SESSIONS, Denominator.LEADS),
                leads_from="lead",
            ),
        )
        for key, definition in (("lead", LEAD), ("purchase", PURCHASE))
    }


def question(*, last_days: int, days: int = 90, **asked: Any) -> Question:
    """What is asked of purchases over the last days of a snapshot; asked: other fields of `Question`."""
    from benchmarks.generated import PROGRAM
    from tallystick.measurement.kpis.questions import Period, Question

    known, until = versions(), FIRST + timedelta(days=days)
    fields: dict[str, Any] = {
        "as_of": AS_OF,
        "period": Period(until - timedelta(days=last_days), until),
        **asked,
    }
    return Question(program_id=PROGRAM, versions=[known["purchase"]], others=[known["lead"]], **fields)
