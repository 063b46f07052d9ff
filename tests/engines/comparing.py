"""A world on disk whose every answer is held against lists and loops."""

from dataclasses import asdict, replace
from typing import Any

from tallystick.measurement.kpis.answers import Answer, Section
from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.cells import Statistics
from tallystick.measurement.kpis.cuts import Cut, Segment
from tallystick.measurement.kpis.dimensions import as_text, without_source
from tallystick.measurement.kpis.questions import Part, Question, parts
from tests.engines.asking import Asking
from tests.engines.oracle import Keys, Oracle, Sums

Numbers = dict[str, int]
OF_PEOPLE = ("clusters", "units_sq", "successes_sq", "units_successes", "largest")
"""What only an interval takes."""


class Compared(Asking):
    """Asks engines, and the oracle."""

    def agree(self, **fields: Any) -> Answer:
        """An answer on which all agree."""
        question = self.world.question(**fields)
        answer = self.ask(question)
        wanted = parts(answer.question)
        assert [section.version for section in answer.sections] == [part.version for part in wanted]
        for section, part in zip(answer.sections, wanted, strict=True):
            self._section_agrees(question, section, part)
        return answer

    def _section_agrees(self, question: Question, section: Section, part: Part) -> None:
        cut = replace(part.cut, currency=section.currency)
        left_out = () if question.intervals else OF_PEOPLE
        oracle = Oracle(self.world, replace(part, cut=cut))
        if cut.by:
            self._rows_agree(section, oracle, cut, left_out)
        whole = oracle.total()
        assert numbers(section.total.statistics, left_out) == plain(whole, left_out)
        if question.intervals:
            assert (section.first_on, section.last_on) == oracle.days()
        assert section.aside == oracle.aside()
        if len(catalog()[question.kpi].segments) > 1:
            house = replace(cut, by=(), segment=Segment.HOUSE, where=without_source(cut.where))
            expected = Oracle(self.world, replace(part, cut=house)).total()
            assert numbers(section.baseline.statistics, left_out) == plain(expected, left_out)

    def _rows_agree(self, section: Section, oracle: Oracle, cut: Cut, left_out: tuple[str, ...]) -> None:
        found = [
            (keys_of(cell.keys), numbers(cell.statistics, left_out))
            for cell in section.rows
            if not cell.is_other
        ]
        others = [numbers(cell.statistics, left_out) for cell in section.rows if cell.is_other]
        cells = oracle.every_cell()
        if cut.top:
            first, rest = oracle.top(cut.top)
            assert [keys for keys, _ in found] == first
            assert others == ([plain(rest, left_out)] if any(asdict(rest).values()) else [])
            cells = {keys: cells[keys] for keys in first}
        assert dict(found) == {keys: plain(sums, left_out) for keys, sums in cells.items()}


def keys_of(keys: tuple[Any, ...]) -> Keys:
    return tuple(map(as_text, keys))


def plain(sums: Sums, left_out: tuple[str, ...] = ()) -> Numbers:
    return {name: value for name, value in asdict(sums).items() if name not in left_out}


def numbers(statistics: Statistics, left_out: tuple[str, ...] = ()) -> Numbers:
    fields = asdict(statistics)
    return {name: value for name, value in fields.items() if name not in ("basis", "scales", *left_out)}
