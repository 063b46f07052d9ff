"""The examples of docs/how/import.md: every mapping can be used, and its sample rows become what is said."""

import csv
import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.kit import kinds
from tallystick.tracking.events.mapping.apply import bodies_of
from tallystick.tracking.events.mapping.checks import columns_of, read_mapping
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.events.mapping.targets import TARGETS
from tallystick.tracking.events.wire import EventBody

GUIDE = (Path(__file__).parents[2] / "docs" / "how" / "import.md").read_text()
EXAMPLES = re.findall(r"```toml\n(name = .*?)```\s+```csv\n(.*?)```", GUIDE, re.DOTALL)
NAMES = [text.split('"')[1] for text, _ in EXAMPLES]


def rows_of(text: str, mapping: Mapping) -> list[dict[str, str]]:
    if header := mapping.reading.header:
        return [dict(zip(header, line.split(), strict=True)) for line in text.splitlines()]
    return list(csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.splitlines()[0] else ","))


def bodies(mapping_text: str, sample: str) -> list[Any]:
    mapping = read_mapping(mapping_text)
    rows = rows_of(sample, mapping)
    groups = [[row] for row in rows]
    if mapping.group_by:
        by_cells = lambda row: [row[name] for name in mapping.group_by]  # noqa: E731
        groups = [list(group) for _, group in groupby(sorted(rows, key=by_cells), by_cells)]
    return [body for group in groups for body in bodies_of(mapping, group, row_key="k")]


@pytest.mark.parametrize(("text", "sample"), EXAMPLES, ids=NAMES)
def test_every_example_reads_its_sample_and_makes_something_of_every_row(text, sample):
    mapping = read_mapping(text)
    assert columns_of(mapping) <= set(rows_of(sample, mapping)[0])
    assert bodies(text, sample)


def test_no_example_stands_there_without_a_sample():
    assert GUIDE.count('```toml\nname = "') == len(EXAMPLES)
    assert len(set(NAMES)) == len(NAMES)


def test_the_examples_show_every_target_and_what_customers_say():
    shown = {body for text, sample in EXAMPLES for body in map(type, bodies(text, sample))}
    assert shown == {form.body for form in TARGETS.values()}
    of_kinds = {
        body.kind for text, sample in EXAMPLES for body in bodies(text, sample) if isinstance(body, EventBody)
    }
    assert of_kinds >= {*kinds.VOICE, *kinds.HISTORY, *kinds.PIPELINE, "click", "lead", "purchase", "refund"}
    assert all(f"`{kind}`" in GUIDE for kind in kinds.ALL)


def test_the_lines_of_an_order_are_one_thing():
    text, sample = EXAMPLES[NAMES.index("invoices")]
    purchase, refund = sorted(bodies(text, sample), key=lambda body: body.kind)
    assert [len(purchase.lines), len(refund.lines)] == [2, 1]
    assert refund.lines[0].quantity == "1"


def test_whole_events_are_what_the_guide_says():
    block = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert block
    events = [msgspec.convert(json.loads(line), EventBody) for line in block[1].splitlines()]
    assert [event.kind for event in events] == ["click", "purchase"]
