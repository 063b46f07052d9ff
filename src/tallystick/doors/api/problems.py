"""What the API answers when it does not do what was asked: one shape, a code for programs, a sentence for people.

`{"error": {"code", "message", "doc_url"}}`; where fields are wrong, `fields` names each one and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.http import JsonResponse

from tallystick.kit.errors import Exit

DOCS: Final = "/api/v1/docs"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. code: for programs, never renamed. means, remedy: the row of the documentation."""

    code: str
    status: int
    means: str
    remedy: str


_KINDS: Final = (
    Kind(
        "bad_request",
        400,
        "The request cannot be read.",
        "Send what the operation describes.",
    ),
    Kind(
        "bad_parameter",
        400,
        "A parameter of the address or a header is unknown, stands twice, or has a value that cannot be read.",
        "Take only the parameters that the operation lists.",
    ),
    Kind(
        "bad_json",
        400,
        "The body is not JSON, or not JSON that everybody reads in the same way: a key that stands twice, NaN, a "
        "number out of range, half of a surrogate pair, U+0000, more than 64 levels.",
        "Write the body with an ordinary JSON library, in UTF-8.",
    ),
    Kind(
        "key_missing",
        401,
        "The call has no API key.",
        "Send `Authorization: Bearer tly_…`. An owner of the brand makes keys in the console.",
    ),
    Kind(
        "key_refused",
        401,
        "The API key is mistyped, unknown, expired or revoked.",
        "Ask an owner of the brand for another one.",
    ),
    Kind(
        "scope_missing",
        403,
        "The API key is good, but has not the scope that the operation needs; the message names it.",
        "Make a key with that scope.",
    ),
    Kind(
        "not_found",
        404,
        "There is nothing at this address, or nothing in this brand.",
        "Look at the id and the path. Ids of other brands are never found.",
    ),
    Kind(
        "method_not_allowed",
        405,
        "The address does not answer to this method.",
        "Take one of the methods in the header `Allow`.",
    ),
    Kind(
        "refused",
        409,
        "As things stand it cannot be done: a key is taken, a partnership has ended.",
        "Read the message, then the object again.",
    ),
    Kind(
        "changed_meanwhile",
        412,
        "The object is no longer what `If-Match` says.",
        "Read it again, and send its new `ETag`.",
    ),
    Kind(
        "body_too_large",
        413,
        "The body is larger than the setting `api_body_kb` lets in.",
        "Send less at once.",
    ),
    Kind(
        "unsupported_media_type",
        415,
        "The body is not declared as JSON.",
        "Send `Content-Type: application/json`.",
    ),
    Kind(
        "invalid",
        422,
        "Fields are missing, unknown or cannot have this value; `fields` lists them.",
        "Mend the fields and send the call again.",
    ),
    Kind(
        "idempotency_conflict",
        422,
        "The `Idempotency-Key` was used before, for another call.",
        "Take a new key for every call that is not a repetition.",
    ),
    Kind(
        "too_many_calls",
        429,
        "The API key has made its calls for this minute.",
        "Wait for as many seconds as `Retry-After` says.",
    ),
    Kind(
        "failed",
        500,
        "The fault is ours. Nothing was changed.",
        "Try again under the same `Idempotency-Key`; report the `X-Request-Id`.",
    ),
    Kind(
        "unavailable",
        503,
        "What the answer needs cannot be reached now. Nothing was changed.",
        "Try again later, under the same `Idempotency-Key`.",
    ),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.code: kind for kind in _KINDS})

OF_STATUS: Final[Mapping[int, str]] = MappingProxyType(
    {301: "not_found", 302: "not_found", 404: "not_found", 413: "body_too_large", 503: "unavailable"}
)
"""What stands for an answer that was given before the API was asked; a redirect leads nowhere here."""

OF_EXIT: Final[Mapping[Exit, str]] = MappingProxyType(
    {
        Exit.USAGE: "bad_parameter",
        Exit.NOT_FOUND: "not_found",
        Exit.REFUSED: "refused",
        Exit.FAILED: "unavailable",
    }
)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field; `a.b` for a field within a field, empty for the whole body."""

    field: str
    message: str


class Problem(Exception):
    """A call that is not answered with what was asked. Raised anywhere in the API; answered in one place."""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        fields: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = KINDS[code]
        self.message = message or self.kind.means
        self.fields = tuple(fields)
        self.headers = dict(headers or {})
        super().__init__(self.message)

    def response(self) -> JsonResponse:
        """The answer."""
        error: dict[str, Any] = {
            "code": self.kind.code,
            "message": self.message,
            "doc_url": f"{DOCS}#error-{self.kind.code}",
        }
        if self.fields:
            error["fields"] = [{"field": each.field, "message": each.message} for each in self.fields]
        return JsonResponse({"error": error}, status=self.kind.status, headers=self.headers)
