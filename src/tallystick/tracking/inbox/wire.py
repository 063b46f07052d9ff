"""The form of a receipt: what one arrival keeps, and the limits it keeps to.

Needs neither Django nor a database, so the edge, the doors and the importers all build the same thing. A
`Receipt` that exists is within its limits and can be stored; building one that is not raises `Unfit`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import force_setattr

BODY_BYTES: Final = 1 << 20
HEAD_BYTES: Final = 4096
NAME_CHARS: Final = 64
KEY_BYTES: Final = 512
PATH_CHARS: Final = 2048
TEXT_CHARS: Final = 1024
HEADER_COUNT: Final = 32

# Evidence for labelling traffic and for support. No header here may carry a credential or a cookie.
KEPT_HEADERS: Final = frozenset(
    {
        "accept",
        "accept-language",
        "content-length",
        "dnt",
        "idempotency-key",
        "origin",
        "purpose",
        "referer",
        "sec-ch-ua",
        "sec-ch-ua-mobile",
        "sec-ch-ua-platform",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-user",
        "sec-gpc",
        "sec-purpose",
        "user-agent",
        "webhook-id",
        "webhook-timestamp",
        "x-purpose",
    }
)


class Unfit(ValueError):
    """A receipt that cannot be kept in this form; the message says which part and why."""


class OverLimit(Unfit):
    """A part is larger than its limit. Keep the head instead: `Receipt(key=None, clipped_from=…)`."""


class NotText(Unfit):
    """A text holds characters that no database stores (a NUL or half of a surrogate pair)."""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a receipt came from: a line of an imported file, or a network address cut to its network.

    lines: of a receipt that holds several rows, the line of each, in the order of the body.
    """

    file: str | None = None
    line: int | None = None
    lines: tuple[int, ...] = ()
    address: str | None = None

    @property
    def rows(self) -> int:
        """How many rows of its file the receipt stands for."""
        return len(self.lines) or 1


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing as it arrived.

    id: random UUIDv7, made at arrival. key: the dedupe key among receipts of this brand, source and kind;
    None for hits that are all counted (clicks, pixels). path has no query: the query string of a request
    without a body *is* the body, as `application/x-www-form-urlencoded`. clipped_from: the size of a body of
    which only the head is kept; such a receipt has no key, so that a corrected one can still take it.
    """

    id: UUID
    brand_id: UUID
    source: str
    kind: str
    body: bytes
    received_at: datetime
    key: str | None = None
    content_type: str = ""
    method: str = ""
    path: str = ""
    headers: dict[str, str] = {}
    origin: Origin = Origin()
    clipped_from: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is over a limit, is not text, or carries a header that is never kept."""
        _limit("body", len(self.body), BODY_BYTES)
        _limit("headers", len(self.headers), HEADER_COUNT)
        _name("source", self.source)
        _name("kind", self.kind)
        if self.key is not None:
            _limit("key", len(_text("key", self.key)), KEY_BYTES)
            if self.clipped_from is not None:
                raise Unfit("A clipped receipt has no key: its body could not be compared.")
        _limit("path", len(_text("path", self.path)), PATH_CHARS)
        if "?" in self.path:
            raise Unfit("The path holds a query; keep the query string as the body.")
        for part in ("content_type", "method"):
            _limit(part, len(_text(part, getattr(self, part))), TEXT_CHARS)
        for origin in (self.origin.file, self.origin.address):
            _limit("origin", len(_text("origin", origin or "")), TEXT_CHARS)
        if not KEPT_HEADERS.issuperset(self.headers):
            raise Unfit(f"Headers that are not kept: {sorted(set(self.headers) - KEPT_HEADERS)}.")
        for name, value in self.headers.items():
            _limit(name, len(_text(name, value)), TEXT_CHARS)
        if self.received_at.utcoffset() is None:
            raise Unfit("received_at has no time zone.")


class Alike:
    """Makes receipts like a pattern, for the rows of one file: only id, key, body and line are a row's own.

    What it makes keeps to the limits as any receipt does. The rest was checked with the pattern: to check the same
    names again for every one of millions of rows would take longer than all the other work on them.
    """

    def __init__(self, pattern: Receipt) -> None:
        if pattern.clipped_from is not None:
            raise Unfit("A clipped receipt is no pattern: those like it may have keys.")
        self._copy = pattern.__copy__  # type: ignore[attr-defined] # msgspec gives every struct one
        self._file, self._address = pattern.origin.file, pattern.origin.address

    def receipt(self, receipt_id: UUID, *, key: str | None, body: bytes, line: int) -> Receipt:
        """A receipt like the pattern. Raises Unfit for a key or body that no receipt may have."""
        _limit("body", len(body), BODY_BYTES)
        if key is not None:
            _limit("key", len(_text("key", key)), KEY_BYTES)
        made: Receipt = self._copy()
        force_setattr(made, "id", receipt_id)
        force_setattr(made, "key", key)
        force_setattr(made, "body", body)
        force_setattr(made, "origin", Origin(file=self._file, line=line, address=self._address))
        return made


def keep_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers a receipt keeps: those on the allow-list, lower-case, values cut to the limit.

    Text is cut and cleaned here rather than refused, because a strange user agent is evidence and must not
    cost the receipt. The first of a repeated header wins.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    kept: dict[str, str] = {}
    for name, value in pairs:
        lower = name.lower()
        if lower in KEPT_HEADERS and lower not in kept:
            clean = value.encode("utf-8", "replace").replace(b"\x00", b"?")[:TEXT_CHARS]
            kept[lower] = clean.decode("utf-8", "ignore")
    return kept


def _limit(part: str, size: int, limit: int) -> None:
    if size > limit:
        raise OverLimit(f"{part} has {size:,}, the limit is {limit:,}.")


def _name(part: str, text: str) -> None:
    if not text:
        raise Unfit(f"{part} is empty.")
    _limit(part, len(_text(part, text)), NAME_CHARS)


def _text(part: str, text: str) -> bytes:
    """The text as UTF-8, if a database can store it."""
    if "\x00" in text:
        raise NotText(f"{part} holds a NUL character.")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotText(f"{part} holds half of a surrogate pair at character {error.start}.") from error
