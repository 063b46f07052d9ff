"""Rates of whole files, without Django, server or set-up: how often rows succeed, by group, with intervals.

for group in rates(Path("sessions.csv"), by="TrafficType", success="Revenue"):
    group.rate, group.low, group.high
"""

from collections import Counter
from dataclasses import dataclass

from tallystick.kit.delimited import BadFile, TableSource, UnknownColumn, open_table
from tallystick.measurement.kpis.intervals import DEFAULT_CONFIDENCE, METHODS

__all__ = ["BadFile", "Group", "UnknownColumn", "UnknownMethod", "rates"]

_SUCCEEDED = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class UnknownMethod(ValueError):
    """The name is not one of the interval methods."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rate of the rows that share one value of the grouping column; low <= rate <= high."""

    group: str
    n: int
    successes: int
    rate: float
    low: float
    high: float


def rates(
    source: TableSource,
    *,
    by: str,
    success: str,
    method: str = "wilson",
    confidence: float = DEFAULT_CONFIDENCE,
) -> list[Group]:
    """Success rates of a delimited file, one group per value of a column. Identifier: RATE-FILES.

    source: a comma-, semicolon- or tab-separated file with a header; each row is one independent unit.
    by: the column to group by; a blank cell is a group of its own, named "".
    success: the column that says TRUE/FALSE, 1/0 or yes/no, in any case.
    method: a key of METHODS. Groups are ordered as numbers when all are whole numbers, else as text.
    Raises BadFile (file, line, column, value) for anything else in the success column,
    UnknownColumn, and UnknownMethod before the file is read. The file streams; memory grows with groups only.
    """
    if method not in METHODS:
        raise UnknownMethod(f"There is no interval method {method!r}. The methods are: {', '.join(METHODS)}.")
    trials: Counter[str] = Counter()
    successes: Counter[str] = Counter()
    with open_table(source) as table:
        group_at, success_at = table.position(by), table.position(success)
        for row in table.rows:
            succeeded = _SUCCEEDED.get(row.cells[success_at].lower())
            if succeeded is None:
                raise table.fault(
                    row,
                    success,
                    "is neither a success nor a failure. Write TRUE or FALSE, 1 or 0, yes or no.",
                )
            trials[row.cells[group_at]] += 1
            successes[row.cells[group_at]] += succeeded
    return [_group(name, successes[name], trials[name], method, confidence) for name in _in_order(trials)]


def _in_order(names: Counter[str]) -> list[str]:
    if all(name.isascii() and name.isdigit() and len(name) <= 18 for name in names):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)


def _group(name: str, successes: int, trials: int, method: str, confidence: float) -> Group:
    interval = METHODS[method](successes, trials, confidence=confidence)
    return Group(name, trials, successes, successes / trials, interval.low, interval.high)
