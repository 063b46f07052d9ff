"""The API put together: every operation there is."""

from __future__ import annotations

from typing import Final

from ninja import NinjaAPI, Router

from tallystick import __version__
from tallystick.doors.api import feeds, imports, kpis, reconciling, versions
from tallystick.doors.api.answering import answer_problems
from tallystick.doors.api.calls import Operation, bind
from tallystick.doors.api.gate import ReadAtTheGate
from tallystick.doors.api.resources import operations_of
from tallystick.doors.nouns.all import NOUNS

OPERATIONS: Final[tuple[Operation, ...]] = (
    *feeds.operations(),
    *(operation for noun in NOUNS.values() for operation in operations_of(noun)),
    *versions.operations(),
    *imports.operations(),
    *reconciling.operations(),
    *kpis.operations(),
)

DESCRIPTION: Final = (
    "What programs may ask and change in one brand. "
    "The key decides which one; every operation needs one of its scopes."
)


def _assembled() -> NinjaAPI:
    api = NinjaAPI(
        title="Tallystick",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
        parser=ReadAtTheGate(),
    )
    answer_problems(api)
    router = Router()
    for operation in OPERATIONS:
        bind(router, operation)
    api.add_router("", router)
    return api


API: Final = _assembled()
