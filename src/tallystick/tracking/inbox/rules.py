"""When two bodies are the same, and why a receipt waits in quarantine.

Pure. Two bodies are the same when their canonical digests are equal; the comparison never goes through a
float, so two amounts are equal only when they are equal as decimals. Identifier: INBOX-SAME-BODY.
"""

import json
import re
from collections import Counter
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple, NoReturn
from uuid import UUID

import msgspec

DEPTH: Final = 64
EXPONENT_DIGITS: Final = 18

CELLS: Final = "application/json; profile=cells"
"""The content type of rows of a table: no sender wrote them, so every column counts, whatever its name."""

SPARSE_CELLS: Final = "application/json; profile=sparse-cells"
"""The same where a row leaves out what is empty, as the objects of an NDJSON file do."""

_TABULAR: Final = (CELLS, SPARSE_CELLS)

# What a sender writes anew on every retry: it says when and by whom a message was sent, not what happened.
UNCOMPARED: Final = frozenset({"signature", "timestamp", "sent_at"})
_UNCOMPARED_FIELDS: Final = frozenset(name.encode() for name in UNCOMPARED)

_NUMBER: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?")
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_encode_cells: Final = msgspec.json.Encoder(order="sorted").encode
_decode_cells: Final = msgspec.json.Decoder(dict[str, str] | list[dict[str, str]]).decode


class Reason(StrEnum):
    """Why a receipt could not become an event. There are no others."""

    SIZE = "size"
    ENCODING = "encoding"
    SYNTAX = "syntax"
    SCHEMA = "schema"
    AUTH = "auth"
    UNKNOWN_PROGRAM = "unknown_program"
    UNKNOWN_PARTNER = "unknown_partner"
    CURRENCY_NO_RATE = "currency_no_rate"
    DUPLICATE_CONFLICT = "duplicate_conflict"
    LATE_AFTER_CLOSE = "late_after_close"
    CONSENT = "consent"
    PROCESSING_ERROR = "processing_error"


class Finding(NamedTuple):
    """Why one receipt cannot become an event, for the person who will mend it.

    detail: what happened and what was kept. fix: what to do. file, line, column, value: where it stands in an
    imported file, and what stands there. rows: how many rows of the file wait with it. order: the order it is about.
    program, unknown: the program's key, and what kind of name `value` is, where nobody knows it.
    """

    receipt_id: UUID
    reason: Reason
    detail: str
    fix: str
    file: str = ""
    line: int | None = None
    column: str = ""
    value: str = ""
    rows: int = 1
    order: str = ""
    program: str = ""
    unknown: str = ""


class Fault(NamedTuple):
    """What is wrong with a body: encoding or syntax, and the sentence that says where."""

    reason: Reason
    detail: str


class _Malformed(ValueError):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


def canonical_digest(body: bytes, content_type: str) -> bytes:
    """SHA-256 of what a body says, the same for every way of writing it. 32 bytes; never raises.

    JSON: key order, white space, escapes and the form of numbers (`1`, `1.0`, `10e-1`) do not count. Forms:
    the order of different fields and their percent-encoding do not count. In both, `signature`, `timestamp`
    and `sent_at` at the top level do not count, unless these are cells. Everything else, malformed JSON
    included, is compared byte by byte. Source: design §9.3. Identifier: INBOX-SAME-BODY.
    """
    if content_type in _TABULAR and _is_canonical(body):
        return sha256(b"json\0" + body).digest()
    media_type = _media_type(content_type)
    if _is_json(media_type):
        uncompared = frozenset[str]() if content_type in _TABULAR else UNCOMPARED
        try:
            return sha256(b"json\0" + _canonical_json(body, uncompared)).digest()
        except _Malformed:
            return sha256(b"bytes\0" + body).digest()
    if media_type == "application/x-www-form-urlencoded":
        return sha256(b"form\0" + _canonical_form(body)).digest()
    return sha256(b"bytes\0" + body).digest()


def body_fault(body: bytes, content_type: str) -> Fault | None:
    """Why a JSON body cannot be read without guessing; None when it can, or when it is not JSON.

    Stricter than most parsers: duplicate keys, NaN, infinities, a byte order mark, half surrogate pairs,
    nesting deeper than 64 and exponents of more than 18 digits are all faults.
    """
    if not _is_json(_media_type(content_type)):
        return None
    try:
        _canonical_json(body)
    except _Malformed as malformed:
        return malformed.fault
    return None


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _is_json(media_type: str) -> bool:
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


def _is_canonical(body: bytes) -> bool:
    """Whether these are cells in the one form in which we write them: then parsing them exactly would say the same."""
    try:
        return _encode_cells(_decode_cells(body)) == body
    except (msgspec.DecodeError, UnicodeError):
        return False


def _canonical_json(body: bytes, uncompared: frozenset[str] = UNCOMPARED) -> bytes:
    _refuse_deep(body)
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_constant,
        )
        if isinstance(value, dict):
            value = {name: part for name, part in value.items() if name not in uncompared}
        return msgspec.json.encode(value, order="deterministic")
    except UnicodeDecodeError as error:
        raise _Malformed(Fault(Reason.ENCODING, f"Byte {error.start:,} is not UTF-8.")) from error
    except UnicodeEncodeError as error:
        raise _Malformed(Fault(Reason.ENCODING, "A text holds half of a surrogate pair.")) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise _Malformed(Fault(Reason.SYNTAX, f"Not JSON at {where}: {error.msg}.")) from error


def _refuse_deep(body: bytes) -> None:
    """Refuse nesting before the parser recurses, so that the answer never hangs on the caller's own stack."""
    if body.count(b"[") + body.count(b"{") <= DEPTH:
        return
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEPTH:
            raise _Malformed(Fault(Reason.SYNTAX, f"Nested deeper than {DEPTH} levels."))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _Malformed(Fault(Reason.SYNTAX, f"The key {twice!a} stands twice in one object."))
    return members


def _constant(name: str) -> NoReturn:
    raise _Malformed(Fault(Reason.SYNTAX, f"{name} is not a JSON number."))


def _number(text: str) -> msgspec.Raw:
    """The one spelling of a decimal: its digits without zeros at either end, and a power of ten."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _Malformed(Fault(Reason.SYNTAX, "A number holds digits that are not ASCII."))
    sign, whole, fraction, exponent_sign, exponent = match.groups(default="")
    power_digits = exponent.lstrip("0")
    if len(power_digits) > EXPONENT_DIGITS:
        raise _Malformed(Fault(Reason.SYNTAX, f"An exponent has more than {EXPONENT_DIGITS} digits."))
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return msgspec.Raw(b"0")
    power = int(exponent_sign + (power_digits or "0")) - len(fraction) + len(digits) - len(significant)
    return msgspec.Raw(f"{sign}{significant}e{power}".encode())


def _canonical_form(body: bytes) -> bytes:
    """Fields sorted by name, repeated fields in their order, each part length-prefixed."""
    fields = []
    for field in body.split(b"&"):
        name, _, value = field.partition(b"=")
        if field and (decoded := _unquoted(name)) not in _UNCOMPARED_FIELDS:
            fields.append((decoded, _unquoted(value)))
    fields.sort(key=lambda field: field[0])
    return b"".join(b"%d:%b%d:%b" % (len(name), name, len(value), value) for name, value in fields)


def _unquoted(part: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), part.replace(b"+", b" "))
