"""What is asked before an operation begins: whose key, how many calls, which right, and whether one can read the call.

Each question has its own refusal, in this order; only who passed one is told anything by the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.parser import Parser

from tallystick.doors.api.problems import Problem
from tallystick.doors.api.rate import count_call
from tallystick.foundation.audit.acts import Actor, ActorKind
from tallystick.partners.accounts.models import ApiKey
from tallystick.partners.accounts.rules import RIGHTS
from tallystick.partners.accounts.services.keys import whose_key
from tallystick.tracking.inbox.rules import body_fault

WRITING: Final = frozenset({"POST", "PATCH", "PUT"})
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
IF_MATCH: Final = "If-Match"
MOST_CHARACTERS: Final = 200
"""Of an API key, an idempotency key, an `If-Match`."""

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the key, and the brand that it alone decides."""

    key: ApiKey
    actor: Actor

    @property
    def brand_id(self) -> UUID:
        """The brand of the key."""
        return cast("UUID", self.key.brand_id)

    @property
    def scopes(self) -> frozenset[str]:
        """The rights that the key has: those that a key may still have, whatever it was given once."""
        return frozenset(name for name in self.key.scopes if name in RIGHTS and RIGHTS[name].by_key)


class Bearer:
    """Ninja's question who calls, with the right that the operation needs; None where any good key will do.

    parameters: what may stand behind the question mark; repeated: those of it that may stand there more than once.
    is_raw: whether the body is bytes of any kind, and not JSON.
    """

    openapi_security_schema: Final = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "tly_…",
        "description": "An API key of one brand. An owner makes it in the console and chooses its scopes.",
    }

    def __init__(
        self,
        right: str | None,
        parameters: Set[str],
        *,
        repeated: Set[str] = frozenset(),
        is_raw: bool = False,
    ) -> None:
        if right is not None and not RIGHTS[right].by_key:
            raise ValueError(f"the right {right!r} is not for API keys")
        self.right = right
        self.parameters = parameters
        self.repeated = repeated
        self.is_raw = is_raw

    def __call__(self, request: HttpRequest) -> Caller:
        caller = _caller(request)
        allowance = count_call(caller.key.id, limit=settings.TALLYSTICK.api_calls_per_minute)
        request.allowance = allowance  # type: ignore[attr-defined]
        if allowance.left < 0:
            raise Problem("too_many_calls", headers={"Retry-After": str(allowance.resets_in)})
        if self.right is not None and self.right not in caller.scopes:
            says = f"This needs the scope `{self.right}` ({RIGHTS[self.right].says.lower()}), which the key has not."
            raise Problem("scope_missing", says)
        _refuse_parameters(request, self.parameters, self.repeated)
        if request.method in WRITING:
            _refuse_header(request, IDEMPOTENCY_KEY)
            _refuse_header(request, IF_MATCH)
        request.said = None if self.is_raw else read_body(request)  # type: ignore[attr-defined]
        return caller


class ReadAtTheGate(Parser):
    """Ninja's parser of bodies: gives what the gate has read."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.said  # type: ignore[attr-defined]


def read_body(request: HttpRequest) -> Any:
    """The body as JSON values; None where there is none. Raises Problem for what cannot be read without guessing."""
    limit = settings.TALLYSTICK.api_body_kb * 1024
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise _too_large(limit)
    try:
        body = request.body
    except RequestDataTooBig as big:
        raise _too_large(limit) from big
    if not body or request.method not in WRITING:
        return None
    written_in = (request.content_params or {}).get("charset", "utf-8")
    if request.content_type != JSON or written_in.lower() != "utf-8":
        raise Problem("unsupported_media_type")
    if fault := body_fault(body, JSON):
        raise Problem("bad_json", fault.detail)
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise Problem("bad_json", f"{wrong}.") from wrong
    if any("\0" in text for text in _texts(said)):
        raise Problem("bad_json", "A text holds U+0000, which cannot be kept.")
    return said


def read_content(request: HttpRequest, *, most: int) -> bytes:
    """The body as the bytes it is. Raises Problem for more than `most`, before they are read where that is known."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise _too_large(most)
    content = request.read(most + 1)
    if len(content) > most:
        raise _too_large(most)
    return content


def _caller(request: HttpRequest) -> Caller:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    asks = {"WWW-Authenticate": 'Bearer realm="Tallystick"'}
    if scheme.lower() != "bearer" or not text.strip():
        raise Problem("key_missing", headers=asks)
    key = whose_key(text.strip()) if len(text) <= MOST_CHARACTERS and text.isascii() else None
    if key is None:
        refused = f'{asks["WWW-Authenticate"]}, error="invalid_token"'
        raise Problem("key_refused", headers={"WWW-Authenticate": refused})
    address = request.META.get("REMOTE_ADDR", "")
    return Caller(key, Actor(ActorKind.API_KEY, key.name, key.id, address))


def _refuse_parameters(request: HttpRequest, known: Set[str], repeated: Set[str]) -> None:
    for name, values in request.GET.lists():
        if name not in known:
            there_are = f"parameters: {', '.join(sorted(known))}" if known else "it takes none"
            raise Problem("bad_parameter", f"There is no parameter `{name[:60]}` here; {there_are}.")
        if len(values) > 1 and name not in repeated:
            raise Problem(
                "bad_parameter", f"The parameter `{name}` stands {len(values)} times; once is enough."
            )
        if any("\0" in value for value in values):
            raise Problem("bad_parameter", f"The parameter `{name}` holds U+0000.")


def _refuse_header(request: HttpRequest, name: str) -> None:
    text = request.headers.get(name)
    if text is not None and not (1 <= len(text) <= MOST_CHARACTERS and text.isascii() and text.isprintable()):
        says = f"The header `{name}` takes 1 to {MOST_CHARACTERS} printable ASCII characters."
        raise Problem("bad_parameter", says)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)


def _too_large(limit: int) -> Problem:
    return Problem("body_too_large", f"The body may have {limit:,} bytes.")
