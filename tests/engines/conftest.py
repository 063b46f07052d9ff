"""Worlds in which nothing or anything has happened, and what is answered of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from typing import Protocol

    # Not before Django is ready, which it is not yet when this file is read.
    from tests.engines.comparing import Compared
    from tests.engines.world import World

    class Anywhere(Protocol):
        def __call__(self, number: int, *, everywhere: bool = False) -> Compared: ...


pytest.register_assert_rewrite("tests.engines.asking", "tests.engines.comparing")

ZONES = ("Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns")


@pytest.fixture
def world() -> World:
    from tests.engines.world import an_empty_world

    return an_empty_world()


@pytest.fixture
def answer(world, tmp_path):
    """Asks about the clicks of March, unless said otherwise."""
    from tallystick.partners.programs.rules import Denominator
    from tests.engines.asking import Asking
    from tests.engines.world import MARCH

    def ask_it(**fields: Any):
        fields = {"denominator": Denominator.CLICKS, "period": MARCH} | fields
        return Asking(world, tmp_path).ask(world.question(**fields))

    return ask_it


@pytest.fixture(scope="session")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Anywhere:
    """A random world by its number, around a change of the clock, each in another zone than the one before.

    everywhere: held against every engine, not only against DuckDB.
    """
    from tests.engines.comparing import Compared
    from tests.engines.world import random_world

    made: dict[tuple[int, bool], Compared] = {}

    def find(number: int, *, everywhere: bool = False) -> Compared:
        zone = ZONES[number % len(ZONES)]
        if (number, everywhere) not in made:
            changed = date(2026, 4, 4) if zone == "Australia/Lord_Howe" else date(2026, 3, 29)
            world = random_world(number, zone, around=changed)
            folder = tmp_path_factory.mktemp("world")
            made[number, everywhere] = Compared(world, folder, everywhere=everywhere)
        return made[number, everywhere]

    return find
