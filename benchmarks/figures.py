"""How benchmarks say what they measured: the least, the middle and the most of several runs."""

from collections.abc import Mapping, Sequence
from statistics import median


def table(title: str, rows: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """A table of rows by name; every cell is given as the values of its runs: min / median / max, or the only one."""
    columns = list(next(iter(rows.values())))
    lines = [
        [title, *columns],
        *([name, *(_spread(row[column]) for column in columns)] for name, row in rows.items()),
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns) + 1)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in lines
    )


def _spread(values: Sequence[float]) -> str:
    shown = (min(values), median(values), max(values)) if len(values) > 1 else values
    return " / ".join(map(_short, shown))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"
