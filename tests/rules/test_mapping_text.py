"""A mapping that is written as text and read again is the same mapping, whatever stands in it."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tallystick.project.demo as demo
from tallystick.kit import kinds
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import (
    EventFrom,
    FieldFrom,
    LinesFrom,
    Mapping,
    OriginFrom,
    ReadAs,
    Target,
    When,
)
from tallystick.tracking.events.mapping.write import WIDTH, mapping_text

DEMO = (Path(demo.__path__[0]) / "mapping.toml").read_text(encoding="utf-8")

# Every text that a TOML file can hold; a half of a surrogate pair is none.
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
columns = texts.map("c".__add__)
sources = st.one_of(
    st.builds(FieldFrom, column=columns),
    st.builds(FieldFrom, column=columns, values=st.dictionaries(texts, texts, min_size=1, max_size=9)),
    st.builds(FieldFrom, columns=st.tuples(columns, columns), otherwise=texts),
    st.builds(FieldFrom, constant=texts),
    st.just(FieldFrom(row=True)),
)
times = st.one_of(
    st.builds(
        FieldFrom, column=columns, format=st.sampled_from(["%d.%m.%Y", "%Y-%m-%d %H:%M", "unix", "unix_ms"])
    ),
    st.builds(FieldFrom, column=columns, months_before=st.just("2026-01-31"), zone=st.just("Europe/Paris")),
)
amounts = st.builds(FieldFrom, column=columns, minor=st.booleans(), negate=st.booleans())
whens = st.one_of(
    st.builds(When, column=columns, is_in=st.lists(texts, min_size=1, max_size=9).map(tuple)),
    st.builds(When, column=columns, filled=st.just(True), is_not=st.booleans()),
    st.builds(When, column=columns, starts=texts),
    st.builds(When, column=columns, above=st.just("-1.5")),
)
conditions = whens | st.lists(whens, max_size=3).map(tuple)
attributes = st.dictionaries(texts, columns, max_size=5)
origins = st.builds(
    OriginFrom,
    column=columns,
    values=st.dictionaries(
        texts, st.fixed_dictionaries({"partner": texts}, optional={"placement": texts}), max_size=9
    ),
    otherwise=st.none() | st.just({"channel": "direct"}),
)
events = st.builds(
    EventFrom,
    kind=st.sampled_from(kinds.OUTCOMES),
    when=conditions,
    fields=st.fixed_dictionaries({"customer": sources}, optional={"device": sources, "session": sources}),
    attributes=attributes,
    origin=st.none() | origins,
    lines=st.none()
    | st.builds(
        LinesFrom,
        when=conditions,
        fields=st.fixed_dictionaries({"amount": amounts}, optional={"sku": amounts}),
    ),
)
partners = st.builds(Target, when=conditions, fields=st.fixed_dictionaries({"key": sources, "name": sources}))
mappings = st.builds(
    Mapping,
    name=st.from_regex(r"[-A-Za-z0-9_]{1,60}", fullmatch=True),
    program=st.none() | texts,
    group_by=st.lists(columns, max_size=2, unique=True).map(tuple),
    zone=st.sampled_from(["UTC", "Europe/Berlin"]),
    decimal=st.sampled_from([".", ","]),
    reading=st.builds(
        ReadAs, encoding=st.none() | st.just("cp1252"), separator=st.sampled_from([None, "tab", ";", "'"])
    ),
    fields=st.fixed_dictionaries(
        {"occurred_at": times}, optional={"country": sources.filter(lambda one: one.column)}
    ),
    events=st.lists(events, min_size=1, max_size=3).map(tuple),
    partners=st.lists(partners, max_size=2).map(tuple),
)


def read_unchecked(text):
    """The mapping of a text whatever it says: what cannot be used has to be written as well, for people to mend."""
    return msgspec.convert(tomllib.loads(text), Mapping)


@given(mappings)
def test_a_mapping_reads_back_as_it_was(mapping):
    assert read_unchecked(mapping_text(mapping)) == mapping


def test_the_mapping_of_the_demo_reads_back_and_is_laid_out_like_its_own_text():
    mapping = read_mapping(DEMO)
    text = mapping_text(mapping)
    assert read_mapping(text) == mapping
    assert max(map(len, text.splitlines())) <= WIDTH
    assert 'when = { column = "Revenue", in = ["TRUE"] }' in text
    assert '4 = { partner = "alice", placement = "reviews" }' in text


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        (
            Mapping(
                name="orders",
                zone="Europe/Berlin",
                decimal=",",
                key=("No.",),
                reading=ReadAs(encoding="cp1252", separator=";"),
                fields={"occurred_at": FieldFrom(column="Date", format="%d.%m.%Y")},
                events=(
                    EventFrom(
                        kind="purchase",
                        when=(When(column="Total", filled=True), When(column="State", is_in=("x" * 90,))),
                        fields={"order": FieldFrom(column="No."), "customer": FieldFrom(columns=("A", "B"))},
                        attributes={"payment method": "Paid by"},
                    ),
                ),
            ),
            f'''name = "orders"
key = ["No."]
zone = "Europe/Berlin"
decimal = ","

[reading]
encoding = "cp1252"
separator = ";"

[fields]
occurred_at = {{ column = "Date", format = "%d.%m.%Y" }}

[[events]]
kind = "purchase"
when = [
    {{ column = "Total", filled = true }},
    {{ column = "State", in = ["{"x" * 90}"] }},
]
fields.order = {{ column = "No." }}
fields.customer = {{ columns = ["A", "B"] }}
attributes = {{ "payment method" = "Paid by" }}
''',
        )
    ],
)
def test_a_mapping_is_written_for_people(mapping, text):
    assert mapping_text(mapping) == text
    assert read_mapping(text) == mapping
