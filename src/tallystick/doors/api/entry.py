"""The doorway of the API: whatever answers, even before the API is asked, leaves in the API's shape.

The first middleware of all. An address under `/api` never answers with a page, a redirect or a cookie; it names the
call (`X-Request-Id`), says what is left of the key's calls, and is kept by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from structlog.contextvars import bound_contextvars

from tallystick.doors.api.problems import OF_STATUS, Problem
from tallystick.kit import ids

ROOT: Final = "/api"
PAGES: Final = ("/api/v1/docs",)
HEADER: Final = "X-Request-Id"
NOT_ALLOWED: Final = 405
GOOD_ID: Final = re.compile(r"[\w.:-]{8,64}", re.ASCII)


class ApiEntry:
    """Middleware: what comes and goes under `/api`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != ROOT and not request.path.startswith(f"{ROOT}/"):
            return self.get_response(request)
        name = request.headers.get(HEADER, "")
        name = name if GOOD_ID.fullmatch(name) else ids.new().hex
        with bound_contextvars(request_id=name):
            response = _in_shape(request, self._answered(request))
        response.headers[HEADER] = name
        return response

    def _answered(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; to HEAD that to GET without its body."""
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        response = self.get_response(request)
        if isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response


def _in_shape(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    is_ours = response.headers.get("Content-Type", "").startswith("application/json")
    if response.status_code == NOT_ALLOWED and "Allow" in response.headers:
        response = _not_allowed(request, response.headers["Allow"])
    elif response.status_code >= 300 and not is_ours:
        code = OF_STATUS.get(response.status_code, "failed" if response.status_code >= 500 else "bad_request")
        response = Problem(code).response()
    response.cookies.clear()
    if not request.path.startswith(PAGES):
        response.headers.setdefault("Cache-Control", "no-store")
    if allowance := getattr(request, "allowance", None):
        for name, value in allowance.headers.items():
            response.headers[name] = value
    return response


def _not_allowed(request: HttpRequest, allow: str) -> HttpResponse:
    """The methods of an address, with those that all have: to OPTIONS that is the answer, to others the reason."""
    methods = {each.strip() for each in allow.split(",")} | {"OPTIONS"}
    methods |= {"HEAD"} if "GET" in methods else set()
    headers = {"Allow": ", ".join(sorted(methods))}
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=headers)
    return Problem("method_not_allowed", headers=headers).response()
