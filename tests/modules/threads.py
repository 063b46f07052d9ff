"""Threads beside the test, each with a database connection of its own: as other processes on the same database."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connections

SECONDS = 60


def beside(work: Callable[[], object]) -> "Future[None]":
    """Begin work in a thread that has its own connection to the database at hand."""
    here = connections["default"]

    def run() -> None:
        own = type(here)(here.settings_dict, "default")
        connections["default"] = own
        try:
            work()
        finally:
            own.close()

    pool = ThreadPoolExecutor(max_workers=1)
    begun = pool.submit(run)
    pool.shutdown(wait=False)
    return begun


def finished(begun: "Future[None]") -> None:
    """Wait for the end of it; what went wrong there goes wrong here."""
    begun.result(timeout=SECONDS)
