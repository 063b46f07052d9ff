"""Schemathesis with all its checks against the WSGI application, for callers of every sort (R7).

Run in a process of its own, on an installation that it may fill: `main` prints what it found as JSON.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.transport.wsgi import WSGITransport

from tests.doors.api_cast import READING, ROOT, World, opened

FOREIGN: dict[str, str] = {}
"""`canary`: the text that stands in everything of the other brand, once there is one."""

SOCKET_SETTINGS = ("max_redirects", "verify", "cert", "proxies")


class InProcess(WSGITransport):
    """Schemathesis 4.32 gives the probes of its own checks the settings of a socket, which there is none of here."""

    def send(self, case: Any, *, session: Any = None, **settings: Any) -> Any:
        kept = {name: value for name, value in settings.items() if name not in SOCKET_SETTINGS}
        return super().send(case, session=session, **kept)


@schemathesis.check
def no_canary(_ctx: Any, response: Any, case: Any) -> None:
    """Nothing of the other brand stands in any answer, unless the caller said it."""
    canary = FOREIGN["canary"]
    if canary.encode() in response.content and canary not in repr(
        (case.path_parameters, case.query, case.body)
    ):
        raise Failure(
            operation=case.operation.label, title="Canary", message="another brand's text in the answer"
        )


def callers() -> Iterator[tuple[str, str, World]]:
    """What a caller is called, its key, and the brand whose ids it sends: always, whatever it opens itself."""
    acme, zoe = opened("Acme"), opened("Zoe")
    FOREIGN["canary"] = zoe.brand.key
    yield "full", acme.full.key, acme
    yield "reading", acme.caller(*READING).key, acme
    yield "foreign", acme.full.key, zoe
    yield "nobody", "", acme


def config_of(key: str, world: World, *, examples: int, seconds: int) -> SchemathesisConfig:
    """All checks and phases. What the types allow and the domain refuses is refused with 422, what is too long to be
    read with 413.
    """
    known = [
        {"include-path-regex": f"^{ROOT}/{noun}s/", "parameters": {"path.id": thing["id"]}}
        for noun, thing in world.things.items()
    ]
    given: dict[str, Any] = {
        "seed": 20261120,
        "max-time": seconds,
        "continue-on-failure": True,
        "generation": {"max-examples": examples, "database": "none"},
        "phases": {"stateful": {"max-steps": 4}},
        "checks": {
            "ensure_resource_availability": {"enabled": False},
            "negative_data_rejection": {
                "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422"]
            },
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "412", "422", "429"]
            },
        },
        "operations": known,
    }
    if key:
        given["headers"] = {"Authorization": f"Bearer {key}"}
    return SchemathesisConfig.from_dict(given)


def fuzz(key: str, world: World, *, examples: int, seconds: int) -> dict[str, Any]:
    """One caller's run: how many calls of which status, and everything that a check found wrong."""
    from tallystick.project.wsgi import application

    config = config_of(key, world, examples=examples, seconds=seconds)
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", application, config=config)
    schema.transport.__class__ = InProcess
    statuses: Counter[int] = Counter()
    wrong: set[str] = set()
    reached: set[str] = set()
    for event in from_schema(schema).execute():
        match event:
            case ScenarioFinished(recorder=recorder):
                reached.add(event.label or "")
                for interaction in recorder.interactions.values():
                    if interaction.response is not None:
                        statuses[interaction.response.status_code] += 1
                wrong |= {
                    f"{recorder.label}: {check.name}: {found.failure.message}\n{found.code_sample}"
                    for checks in recorder.checks.values()
                    for check in checks
                    if (found := check.failure_info) is not None
                }
            case NonFatalError():
                wrong.add(f"{event.label}: {event.value!r}")
            case FatalError():
                raise event.exception
    return {"statuses": dict(sorted(statuses.items())), "wrong": sorted(wrong), "reached": len(reached)}


def main(examples: int, seconds: int) -> None:
    """Print the outcome for every caller as JSON. Whoever may do everything gets most of the time."""
    shares = {"full": seconds}
    print(json.dumps({
        name: fuzz(key, world, examples=examples, seconds=shares.get(name, max(1, seconds // 3)))
        for name, key, world in callers()
    }))  # fmt: skip
