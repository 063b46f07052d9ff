"""The catalogue describes, the SQL computes: neither says anything that the other does not."""

import pytest
import sqlglot
from sqlglot import exp

from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.queries import KPI, ask
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.test_golden_sql import a_cut, cells
from tests.engines.world import an_empty_world, an_engine


def conditions(tree: exp.Expression) -> set[str]:
    """Everything that a row has to pass somewhere in a statement, without quotes and aliases."""
    found = set()
    for where in tree.find_all(exp.Where):
        whole = where.this.copy()
        for column in whole.find_all(exp.Column):
            column.set("table", None)
            column.this.set("quoted", False)
        found |= {part.sql() for part in (whole.flatten() if isinstance(whole, exp.And) else [whole])}
    return found


def test_nothing_can_be_asked_for_that_is_not_computed():
    assert set(catalog()) == {KPI}


@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("denominator", [each for each in Denominator if each is not Denominator.LEADS])
def test_the_sql_measures_what_the_entry_says(denominator, basis):
    tree = sqlglot.parse_one(cells(a_cut(denominator=denominator, basis=basis)).sql, read="duckdb")
    tables = {table.name for table in tree.find_all(exp.Table)}
    for measure in catalog()[KPI].measures.values():
        assert measure.fact in tables
        assert measure.filter in conditions(tree)


def test_an_answer_carries_what_the_catalogue_says_of_its_kpi(tmp_path):
    world = an_empty_world()
    question = world.question(denominator=Denominator.CLICKS)
    found = ask(question, engine=an_engine(tmp_path), snapshot=world.write(tmp_path))
    assert (found.kpi, found.kpi_version) == ("partnership_conversion_rate", 1)
    assert (found.entry.family, found.entry.owner_role) == ("performance", "partner manager")
    assert found.entry.thresholds.fail < found.entry.thresholds.warn < found.entry.thresholds.target
