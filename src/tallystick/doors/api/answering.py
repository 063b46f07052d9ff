"""Every way in which a call can go wrong, as one kind of answer: what ninja, the domain and the database raise."""

from __future__ import annotations

from typing import Any, Final

import structlog
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from tallystick.doors import wording
from tallystick.doors.api.gate import WRITING
from tallystick.doors.api.problems import OF_EXIT, FieldProblem, Problem
from tallystick.kit.errors import Exit, Foreseen

LOG: Final = structlog.get_logger(__name__)


def answer_problems(api: NinjaAPI) -> None:
    """Have an API answer everything that is raised in it."""
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(Foreseen, _foreseen)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Http404, _nowhere)
    api.add_exception_handler(HttpError, _of_ninja)
    api.add_exception_handler(OperationalError, _database_away)
    api.add_exception_handler(Exception, _failed)


def _failed(_request: HttpRequest, wrong: Any) -> HttpResponse:
    """Answer that the fault is ours; the log has the rest."""
    LOG.error("api_failed", exc_info=wrong)
    return Problem("failed").response()


def _problem(_request: HttpRequest, problem: Any) -> HttpResponse:
    response: HttpResponse = problem.response()
    return response


def _nowhere(_request: HttpRequest, _wrong: Any) -> HttpResponse:
    return Problem("not_found").response()


def _foreseen(request: HttpRequest, foreseen: Any) -> HttpResponse:
    says = wording.sentence(foreseen)
    is_invalid = foreseen.exit is Exit.USAGE and request.method in WRITING
    fields = [FieldProblem(str(foreseen.values.get("field", "")), says)] if is_invalid else []
    return Problem("invalid" if is_invalid else OF_EXIT[foreseen.exit], says, fields=fields).response()


def _invalid(_request: HttpRequest, wrong: Any) -> HttpResponse:
    """What a type refuses: a parameter of the address with 400, a field of the body with 422."""
    found = [
        (each["loc"][0], _field(each["loc"]), wording.sentence(ValueError(each["msg"])))
        for each in wrong.errors
    ]
    outside = [f"`{name}`: {says}" for where, name, says in found if where != "body"]
    if outside:
        return Problem("bad_parameter", " ".join(outside)).response()
    return Problem("invalid", fields=[FieldProblem(name, says) for _, name, says in found]).response()


def _field(place: tuple[Any, ...]) -> str:
    """`meaning.windows` of `("body", "body", "meaning", "windows")`: the second is our argument's name.

    Of `("query", "offset")` the parameter's own.
    """
    named = place[1:] if len(place) == 2 and place[0] != "body" else place[2:]
    return ".".join(str(part) for part in named)


def _of_ninja(_request: HttpRequest, wrong: Any) -> HttpResponse:
    return Problem("bad_request", wording.sentence(wrong)).response()


def _database_away(_request: HttpRequest, wrong: Any) -> HttpResponse:
    LOG.error("api_database_away", error=str(wrong))
    return Problem("unavailable", headers={"Retry-After": "5"}).response()
