"""Nothing can be asked for that is not compared, and an answer carries its entry."""

from tallystick.measurement.kpis.catalog import catalog
from tallystick.partners.programs.rules import Denominator
from tests.engines.measured import DIVIDED, MEASURED


def test_the_oracle_knows_every_kpi_of_the_catalogue():
    assert set(catalog()) == DIVIDED | set(MEASURED)


def test_an_answer_carries_what_the_catalogue_says_of_its_kpi(answer):
    found = answer(denominator=Denominator.CLICKS)
    assert (found.kpi, found.kpi_version) == ("partnership_conversion_rate", 1)
    assert (found.entry.family, found.entry.owner_role) == ("performance", "partner manager")
    assert found.entry.thresholds.fail < found.entry.thresholds.warn < found.entry.thresholds.target
