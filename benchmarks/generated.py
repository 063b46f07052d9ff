"""Facts of the seeded crowd as the warehouse lays them out, written by the column, day by day.

No event is recorded and nothing decided for them: the same shape in seconds instead of hours. Credit is shared equally
between the partners of a path; touches through the house stand on it without a share where there is a partner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np
import polars as pl

from benchmarks import shape as shapes
from benchmarks.shape import BUYERS_IN, FIRST, LEADS_IN, Drawer, Outcomes, Shape, Touches
from tallystick.kit import clock
from tallystick.kit.shares import PPB

if TYPE_CHECKING:
    from tallystick.kit.facts import FactTable
    from tallystick.measurement.warehouse.queries import LiveFile, Snapshot

PROGRAM: Final = UUID(int=1 << 96)
PURCHASE: Final = UUID(int=2 << 96)
LEAD: Final = UUID(int=3 << 96)
WINDOW: Final = timedelta(days=30)
_PARTNER: Final = 3
"""What ids of partners begin with; those of other things with the numbers after it."""
_INSTANT: Final = pl.Datetime("us", "UTC")


def snapshot(folder: Path, *, touches: int, partners: int = 5_000, days: int = 90, seed: int = 1) -> Snapshot:
    """Write the facts of so many touches below a folder; gives what a question reads.

    Memory is bounded by one day of touches and a month of those who buy. Raises FileExistsError.
    """
    from tallystick.measurement.warehouse.queries import Snapshot

    shape = Shape(touches=touches, partners=partners, days=days, seed=seed)
    writing = _Writing(Drawer(shape), _Names(shape), folder)
    return Snapshot(tuple(file for day in range(days) for file in writing.day(day)))


def partner(rank: int) -> UUID:
    """The partner with the so many-th most touches, from 0 on."""
    return UUID(int=(_PARTNER << 96) + rank)


class _Names:
    """The few different values of columns, from which rows are gathered by number; -1 gathers NULL."""

    def __init__(self, shape: Shape) -> None:
        many = shape.partners
        self.partner = _ids(many, _PARTNER)
        self.partner_kind = _texts([shapes.KINDS[n % len(shapes.KINDS)] for n in range(many)])
        self.partnership = _ids(many, 4)
        self.placement = _ids(many, 5)
        self.placement_type = _texts([("article", "video", "newsletter")[n % 3] for n in range(many)])
        self.link, self.code = _ids(many, 6), _ids(many, 7)
        self.channel, self.campaign = _ids(len(shapes.CHANNELS), 8), _ids(len(shapes.CAMPAIGNS), 9)
        self.device = _texts([name for name, _ in shapes.DEVICES])
        self.browser = _texts([name for name, _ in shapes.BROWSERS])
        self.country = _texts([name for name, _ in shapes.COUNTRIES])
        self.page, self.visitor_type = _texts(shapes.PAGES), _texts(["new", "returning"])
        self.sub_id = _texts([f"ad-{n:05}" for n in range(shapes.SUB_IDS)])

    def touchpoints(self, drawn: Touches, chance: np.random.Generator) -> pl.DataFrame:
        """Rows of `touchpoints`, all columns."""
        many, by_link, by_code = len(drawn), drawn.by == 0, drawn.by == 1
        day = drawn.at[0] // shapes.DAY_US if many else 0
        nothing = pl.lit(None, pl.String)
        frame = pl.DataFrame(
            {
                "event_id": _dated_ids(drawn.at, chance),
                "receipt_id": _dated_ids(drawn.at, chance),
                "occurred_at": pl.Series(drawn.at).cast(_INSTANT),
                "visitor": _hex(shapes.texts_of(drawn.visitor)),
                "session": _hex(shapes.texts_of(drawn.visitor, salt=int(day))),
                "partner_id": _gather(self.partner, drawn.partner),
                "partner_kind": _gather(self.partner_kind, drawn.partner),
                "partnership_id": _gather(self.partnership, drawn.partner),
                "placement_id": _gather(self.placement, np.where(by_link, drawn.partner, -1)),
                "placement_type": _gather(self.placement_type, np.where(by_link, drawn.partner, -1)),
                "link_id": _gather(self.link, np.where(by_link, drawn.partner, -1)),
                "code_id": _gather(self.code, np.where(by_code, drawn.partner, -1)),
                "channel_id": _gather(self.channel, drawn.channel),
                "campaign_id": _gather(self.campaign, drawn.campaign),
                "device": _gather(self.device, drawn.device),
                "browser": _gather(self.browser, drawn.browser),
                "country": _gather(self.country, drawn.country),
                "visitor_type": _gather(self.visitor_type, drawn.returning),
                "landing_page": _gather(self.page, drawn.page),
                "sub_id": _gather(self.sub_id, drawn.sub_id),
                "counts": drawn.bot == 0,
            }
        )
        label = pl.when("counts").then(pl.lit("valid")).otherwise(pl.lit("known_bot"))
        return frame.with_columns(
            program_id=pl.lit(PROGRAM.bytes),
            kind=pl.lit("click"),
            customer=nothing,
            account=nothing,
            label=label,
        )


@dataclass
class _Writing:
    """Where the writing of days stands: what buyers touched lately, and what they will do on a later day."""

    drawer: Drawer
    names: _Names
    folder: Path
    recent: pl.DataFrame | None = None
    coming: pl.DataFrame | None = None

    def day(self, day: int) -> Iterator[LiveFile]:
        """Write the files of the nth day."""
        from tallystick.kit.facts import CONVERSIONS, PATHS, TOUCH_COUNTS, TOUCHPOINTS

        drawn, on = self.drawer.day(day), FIRST + timedelta(days=day)
        chance = np.random.default_rng((self.drawer.shape.seed, day))
        touches = self.names.touchpoints(drawn, chance)
        conversions = self._conversions(day, drawn, chance)
        paths = self._paths(on, drawn, touches, conversions)
        yield from write(self.folder, TOUCHPOINTS, on, touches)
        yield from write(self.folder, TOUCH_COUNTS, on, counts_of(touches))
        yield from write(self.folder, CONVERSIONS, on, conversions)
        yield from write(self.folder, PATHS, on, paths)

    def _conversions(self, day: int, drawn: Touches, chance: np.random.Generator) -> pl.DataFrame:
        new = [
            _converted(definition, self.drawer.outcomes(drawn, one_in=one_in, day=day), chance)
            for definition, one_in in ((LEAD, LEADS_IN), (PURCHASE, BUYERS_IN))
        ]
        waiting = pl.concat([*([self.coming] if self.coming is not None else []), *new])
        end = clock.midnight(FIRST + timedelta(days=day + 1))
        self.coming = waiting.filter(pl.col("occurred_at") >= end)
        return waiting.filter(pl.col("occurred_at") < end).sort("occurred_at")

    def _paths(
        self, on: date, drawn: Touches, touches: pl.DataFrame, conversions: pl.DataFrame
    ) -> pl.DataFrame:
        buys = shapes.acts_at_all(drawn.visitor, LEADS_IN) & (drawn.bot == 0)
        late = pl.col("occurred_at") >= clock.midnight(on) - WINDOW
        today = touches.filter(pl.Series(buys))
        self.recent = today if self.recent is None else pl.concat([self.recent.filter(late), today])
        return paths_of(conversions, self.recent)


def counts_of(touches: pl.DataFrame) -> pl.DataFrame:
    """Rows of `touch_counts` for rows of `touchpoints`, counted as the warehouse does."""
    from tallystick.kit.facts import TOUCH_COUNTS
    from tallystick.measurement.warehouse.rollups import ROLLUPS

    return ROLLUPS[TOUCH_COUNTS.name].of(touches).sort(TOUCH_COUNTS.day_column)


def paths_of(conversions: pl.DataFrame, touches: pl.DataFrame) -> pl.DataFrame:
    """Rows of `paths`: each conversion with the touches of its visitor in the month before it."""
    ours = conversions.drop("event_id", "receipt_id").rename({"occurred_at": "converted_at"})
    of_path = touches.drop("program_id", "label").rename({"occurred_at": "touched_at"})
    joined = ours.join(of_path, left_on="subject", right_on="visitor", coalesce=False).filter(
        pl.col("touched_at") <= pl.col("converted_at"),
        pl.col("touched_at") >= pl.col("converted_at") - WINDOW,
    )
    ordered = joined.sort("converted_at", "conversion_id", "touched_at", "event_id")
    takes = pl.col("partner_id").is_not_null() | pl.col("partner_id").is_null().all().over("conversion_id")
    ordered = ordered.with_columns(
        takes=takes, place=pl.int_range(pl.len()).over("conversion_id"), via=pl.lit("path")
    )
    nth = pl.col("takes").cast(pl.Int64).cum_sum().over("conversion_id")
    of = pl.col("takes").cast(pl.Int64).sum().over("conversion_id")
    share = PPB // of + (nth <= PPB % of).cast(pl.Int64)
    return ordered.with_columns(share_ppb=pl.when("takes").then(share).otherwise(0))


def write(folder: Path, facts: FactTable, day: date, frame: pl.DataFrame) -> Iterator[LiveFile]:
    """Write one day of a table in parts, as the warehouse does; a fact table's columns in their order."""
    from tallystick.measurement.warehouse.queries import LiveFile
    from tallystick.measurement.warehouse.rules import ROWS_PER_FILE

    place = folder / facts.name / f"day={day}"
    if frame.height:
        place.mkdir(parents=True)
    columns = frame.select([column.name for column in facts.columns])
    for part, rows in enumerate(columns.iter_slices(ROWS_PER_FILE)):
        path = place / f"part-{part}.parquet"
        rows.write_parquet(path, compression="zstd", statistics=True)
        yield LiveFile(facts.name, day, path)


def _converted(definition: UUID, outcomes: Outcomes, chance: np.random.Generator) -> pl.DataFrame:
    bought = definition == PURCHASE
    subject = _hex(shapes.texts_of(outcomes.visitor))
    known = _gather(_texts(["new", "returning", "unknown"]), chance.integers(0, 3, len(subject)))
    return pl.DataFrame(
        {
            "conversion_id": _dated_ids(outcomes.at, chance),
            "event_id": _dated_ids(outcomes.at, chance),
            "receipt_id": _dated_ids(outcomes.at, chance),
            "occurred_at": pl.Series(outcomes.at).cast(_INSTANT),
            "subject": subject,
            "customer_type": known,
            "value_minor": pl.Series(outcomes.minor, dtype=pl.Int64)
            if bought
            else pl.Series([None] * len(subject), dtype=pl.Int64),
        }
    ).with_columns(
        program_id=pl.lit(PROGRAM.bytes),
        definition_id=pl.lit(definition.bytes),
        version=pl.lit(1, pl.Int64),
        currency=pl.lit("EUR" if bought else None, pl.String),
        credited=pl.lit(True),
    )


def _gather(values: pl.Series, numbers: Any) -> pl.Series:
    places = pl.Series(numbers, dtype=pl.Int64)
    return values.gather(places.set(places < 0, None))


def _texts(values: Any) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)


def _ids(many: int, kind: int) -> pl.Series:
    return pl.Series([UUID(int=(kind << 96) + n).bytes for n in range(many)], dtype=pl.Binary)


def _dated_ids(at: Any, chance: np.random.Generator) -> pl.Series:
    """Ids as ours are: a moment in milliseconds, then chance."""
    rows = np.frombuffer(chance.bytes(16 * len(at)), np.uint8).reshape(-1, 16).copy()
    rows[:, :6] = (at // 1000).astype(">i8").view(np.uint8).reshape(-1, 8)[:, 2:]
    return _binary(rows)


def _hex(rows: Any) -> pl.Series:
    return _binary(rows).bin.encode("hex")


def _binary(rows: Any) -> pl.Series:
    if not len(rows):
        return pl.Series([], dtype=pl.Binary)
    return pl.Series(rows).cast(pl.List(pl.UInt8)).cast(pl.Binary)
