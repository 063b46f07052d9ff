"""A world in which nothing has happened yet, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    # Not before Django is ready, which it is not yet when this file is read.
    from tests.engines.world import World


@pytest.fixture
def world() -> World:
    from tests.engines.world import an_empty_world

    return an_empty_world()


@pytest.fixture
def answer(world, tmp_path):
    """Asks every engine about the clicks of March, unless said otherwise."""
    from tallystick.partners.programs.rules import Denominator
    from tests.engines.asking import Asking
    from tests.engines.world import MARCH

    def ask_it(**fields: Any):
        fields = {"denominator": Denominator.CLICKS, "period": MARCH} | fields
        return Asking(world, tmp_path).ask(world.question(**fields))

    return ask_it
