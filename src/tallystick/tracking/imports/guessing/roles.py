"""Which column is what: by its name in several languages, and by whether its cells can be that. Pure.

Identifier: IMPORT-GUESS.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from tallystick.tracking.imports.guessing.columns import Column
from tallystick.tracking.imports.guessing.countries import country_named
from tallystick.tracking.imports.guessing.form import Known
from tallystick.tracking.imports.presets.form import fold

_PRODUCT: Final = re.compile(r"[A-Za-z]/\d")
_NUMBERED: Final = re.compile(r"#?[A-Za-z]{0,5}-?\d{3,}")


@dataclass(frozen=True, slots=True)
class Role:
    """What a column may be. names: folded, the ones that say most first. avoid: words that make a name another's."""

    key: str
    names: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    avoid: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A column with what it is, how sure that is (0 to 100), and why."""

    column: Column
    sureness: int
    why: str


def words_in(name: str) -> tuple[str, ...]:
    """The words of a column's name: `InvoiceNo` → invoice, no; `Email (Billing)` → email, billing."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(filter(None, (fold(part) for part in re.split(r"[^\w]+|_", parted))))


def _read() -> tuple[dict[str, Role], dict[str, tuple[str, ...]], dict[str, frozenset[str]]]:
    text = files("tallystick.tracking.imports.guessing").joinpath("names.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    measures = {measure: tuple(map(fold, names)) for measure, names in document.pop("measures").items()}
    called = {what: frozenset(map(fold, words)) for what, words in document.pop("called").items()}
    roles = {
        key: Role(
            key,
            tuple(dict.fromkeys(map(fold, table["names"]))),
            tuple(words_in(name) for name in table["names"]),
            frozenset(map(fold, table["avoid"])),
        )
        for key, table in document.items()
    }
    return roles, measures, called


ROLES, MEASURES, CALLED = _read()


def _is_anything(_column: Column) -> bool:
    return True


def _is_time(column: Column) -> bool:
    return column.time is not None


def _is_number(column: Column) -> bool:
    return column.number is not None and not column.is_flag


def _is_count(column: Column) -> bool:
    return column.is_whole


def _is_name(column: Column) -> bool:
    """Whether the cells can name somebody or something: neither yes and no, nor times, nor sums of money."""
    if column.is_flag or (column.time and column.time.format not in ("unix", "%Y%m%d")):
        return False
    number = column.number
    return number is None or number.places == 0 or all(cell.endswith(".0") for cell in column.filled)


def _is_text(column: Column) -> bool:
    return column.number is None and not column.is_flag


def _is_user_agent(column: Column) -> bool:
    """Whether the cells name products with their versions, `Mozilla/5.0`, and not a browser: `Firefox`."""
    return any(map(_PRODUCT.search, column.distinct))


def _is_browser(column: Column) -> bool:
    return _is_text(column) and not _is_user_agent(column)


def _is_code(column: Column) -> bool:
    """Three letters each: a currency that is none makes its row wait, and is not read as the program's own."""
    return all(len(cell) == 3 and cell.isalpha() for cell in column.distinct)


def _is_country(column: Column) -> bool:
    named = [cell for cell in column.distinct if country_named(cell)]
    return len(named) >= 0.6 * max(len(column.distinct), 1)


_CELLS: Final[Mapping[str, Callable[[Column], bool]]] = {
    **dict.fromkeys(("occurred_at", "cancelled_at", "paid_at"), _is_time),
    **dict.fromkeys(
        ("amount", "unit_price", "refund_amount", "commission", "cost", "rating", "score"), _is_number
    ),
    **dict.fromkeys(("quantity", "tenure"), _is_count),
    **dict.fromkeys(
        ("order", "customer", "visitor", "partner", "link", "placement", "channel", "opportunity", "account"),
        _is_name,
    ),
    **dict.fromkeys(("partner_name", "status", "subject", "stage", "path", "product", "answer"), _is_text),
    "email": lambda column: column.is_email,
    "currency": lambda column: column.is_currency or _is_code(column),
    "country": _is_country,
    "churned": lambda column: column.is_flag or column.is_few,
    "destination": lambda column: column.is_url,
    "landing_page": lambda column: column.is_url or _is_text(column),
    "browser": _is_browser,
    "user_agent": _is_user_agent,
    "sub_id": lambda column: not column.is_flag,
    "website": lambda column: column.is_url or _is_text(column),
    "code": lambda column: _is_name(column) and not column.is_email,
}
"""Role → whether cells can be that. An empty column can be what its name says."""

_ORDER: Final = (
    "email", "currency", "country", "tenure", "churned", "path", "destination", "landing_page", "occurred_at",
    "cancelled_at", "paid_at",
    "refund_amount", "commission", "unit_price", "quantity", "amount", "cost", "order", "opportunity", "ticket", "sku",
    "code", "partner", "customer", "account", "visitor", "link", "placement", "channel", "campaign", "sub_id", "status",
    "stage", "priority", "subject", "question", "rating", "score", "answer", "product", "category", "browser",
    "user_agent", "device", "website", "partner_name", "tier", "plan", "payment",
)  # fmt: skip
"""The roles in the order in which they take their columns where two are as sure."""


def roles_of(columns: Sequence[Column], known: Known) -> dict[str, Found]:
    """Role → column. A column has one role, that of which it is surest."""
    offers = sorted(
        (
            (-found.sureness, _ORDER.index(key), number, key, found)
            for number, column in enumerate(columns)
            for key, found in _offers(column, known)
        ),
        key=lambda offer: offer[:3],
    )
    taken: set[str] = set()
    roles: dict[str, Found] = {}
    for _, _, _, key, found in offers:
        if key not in roles and found.column.name not in taken:
            roles[key] = found
            taken.add(found.column.name)
    return roles


def measures_of(columns: Sequence[Column]) -> dict[str, Column]:
    """Measure → the column of numbers that counts it."""
    found: dict[str, Column] = {}
    for column in columns:
        if column.number is None:
            continue
        name = fold(column.name)
        if measure := next((measure for measure, names in MEASURES.items() if name in names), None):
            found.setdefault(measure, column)
    return found


def _offers(column: Column, known: Known) -> Iterator[tuple[str, Found]]:
    for key, role in ROLES.items():
        sureness = _by_name(column.name, role)
        can_be = not column.filled or _CELLS.get(key, _is_anything)(column)
        if sureness and can_be:
            yield key, Found(column, sureness, f"the column is called {column.name!r}")
    yield from ((key, Found(column, *said)) for key, said in _by_cells(column, known))


def _by_name(name: str, role: Role) -> int:
    folded, words = fold(name), words_in(name)
    if folded in role.names:
        return 100 - min(role.names.index(folded), 60) // 2
    if role.avoid & set(words):
        return 0
    shares = [len(phrase) / len(words) for phrase in role.phrases if words and set(phrase) <= set(words)]
    return int(60 * max(shares, default=0))


def _by_cells(column: Column, known: Known) -> Iterator[tuple[str, tuple[int, str]]]:
    """What the cells alone show, and why."""
    yield from _by_names_known(column, known)
    yield from _by_form(column)


def _by_names_known(column: Column, known: Known) -> Iterator[tuple[str, tuple[int, str]]]:
    if column.holds(known.partners):
        yield "partner", (95, "its cells are keys of partners that are here")
    if column.holds(known.links):
        yield "link", (95, "its cells are links that are here")
    if column.holds(frozenset(map(str.upper, known.codes)) | known.codes):
        yield "code", (95, "its cells are codes that are here")
    if column.holds(known.channels):
        yield "channel", (95, "its cells are house channels that are here")


def _by_form(column: Column) -> Iterator[tuple[str, tuple[int, str]]]:
    if fold(column.name) == "name" and column.distinct and all(map(_NUMBERED.fullmatch, column.distinct)):
        yield "order", (100, "its cells are numbers of orders")
    if fold(column.name) == "subid" and column.is_unique:
        yield "visitor", (100, "no two of its cells are the same: it numbers the clicks")
    if column.is_email:
        yield "email", (40, "its cells are e-mail addresses")
    if column.time and column.time.format not in ("unix", "unix_ms"):
        yield "occurred_at", (30, "its cells are times")
    if column.is_currency:
        yield "currency", (35, "its cells are codes of currencies")
    if column.is_url:
        yield "destination", (30, "its cells are addresses of pages")
    if column.number and column.number.currency:
        yield "amount", (45, f"its cells are amounts in {column.number.currency}")
