"""Ids: derived ones are the same everywhere, and at the doors they can be read aloud and not be mistaken."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit import clock, ids

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


@given(st.uuids(), st.sampled_from(sorted(ids.PREFIXES)))
def test_what_is_shown_is_read_back(value, prefix):
    shown = ids.show(prefix, value)
    assert len(shown) == len(prefix) + 27
    assert ids.read(shown) == ids.read(f" {shown}\n") == (prefix, value)


@given(st.uuids(), st.uuids())
def test_shown_ids_sort_as_their_bytes(one, other):
    assert (ids.show("evt", one) < ids.show("evt", other)) is (one.bytes < other.bytes)


def test_the_form_is_that_of_a_typeid():
    assert ids.show("evt", UUID("01890a5d-ac96-774b-bcce-b302099a8057")) == "evt_01h455vb4pex5vsknk084sn02q"
    assert ids.show("evt", UUID(int=0)) == "evt_" + "0" * 26
    assert ids.show("evt", UUID(int=2**128 - 1)) == "evt_7" + "z" * 25


@pytest.mark.parametrize(
    "text",
    [
        "", "evt", "evt_", "evt_01h455vb4pex5vsknk084sn02",
        "01h455vb4pex5vsknk084sn02q", "xyz_01h455vb4pex5vsknk084sn02q",
        "evt_01h455vb4pex5vsknk084sn02qq", "evt_81h455vb4pex5vsknk084sn02q", "evt_01H455VB4PEX5VSKNK084SN02Q",
        "evt_01h455vb4pex5vsknk084sn02l", "evt-01h455vb4pex5vsknk084sn02q", "evt_ü1h455vb4pex5vsknk084sn02q",
    ],
)  # fmt: skip
def test_a_text_that_is_no_id_is_refused(text):
    with pytest.raises(ids.BadId):
        ids.read(text)


def test_an_unknown_prefix_is_never_shown():
    with pytest.raises(ids.BadId):
        ids.show("foo", UUID(int=1))


def test_a_derived_id_is_the_same_in_every_process_and_release():
    assert ids.derive("event", UUID(int=7), "0") == UUID("e56c45b1-31f2-8e58-ba36-a2342977b480")
    assert ids.derive("a", b"b", at=NOON) == UUID("01a1f8d3-ea7b-8c87-a93c-ace2af5bdf2a")


@given(
    st.lists(st.text(max_size=3), min_size=1, max_size=3),
    st.lists(st.text(max_size=3), min_size=1, max_size=3),
)
def test_other_parts_give_another_id(one, other):
    assert (ids.derive(*one) == ids.derive(*other)) is (one == other)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_derived_id_begins_with_the_whole_milliseconds_of_its_time(at):
    value = ids.derive("event", at=at)
    assert value.int >> 80 == clock.to_micros(at) // 1000
    assert (value.version, value.variant) == (8, "specified in RFC 4122")


def test_the_zone_of_the_time_does_not_matter():
    assert ids.derive("x", at=NOON) == ids.derive("x", at=NOON.astimezone(ZoneInfo("Asia/Kathmandu")))


def test_new_ids_rise_and_never_repeat():
    made = [ids.new() for _ in range(2_000)]
    assert sorted(made) == made
    assert len(set(made)) == len(made)
    assert {value.version for value in made} == {7}
    assert abs(timedelta(milliseconds=made[0].int >> 80) - (clock.now() - clock.EPOCH)) < timedelta(minutes=1)
