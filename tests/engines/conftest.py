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
    """Asks about the clicks of March, unless said otherwise."""
    from tallystick.measurement.kpis.queries import ask
    from tallystick.partners.programs.rules import Denominator
    from tests.engines.world import MARCH, an_engine

    def ask_it(**fields: Any):
        fields = {"denominator": Denominator.CLICKS, "period": MARCH} | fields
        return ask(world.question(**fields), engine=an_engine(tmp_path), snapshot=world.write(tmp_path))

    return ask_it
