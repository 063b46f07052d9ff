"""Credit per channel straight from a file: the figures, what is read, and what is refused."""

import csv
import io
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kit.delimited import BadFile, UnknownColumn
from tallystick.measurement.attribution.path_files import (
    ChannelsUnsaid,
    analyze_event_log,
    analyze_path_file,
)
from tallystick.measurement.attribution.path_sources import EventColumns
from tallystick.measurement.attribution.rules.models import TimesMissing, UnknownModel

PATHS = Path(__file__).parents[3] / "shared" / "data" / "attribution_paths" / "Data.csv"
HEADER = "path;total_conversions;total_conversion_value;total_null\n"
COLUMNS = EventColumns("who", "when", "channel", "sale", "worth")
LOG = "who,when,channel,sale,worth\n"


def stream(text):
    return io.BytesIO(text.encode() if isinstance(text, str) else text)


def path_file(rows, **options):
    return analyze_path_file(stream(HEADER + rows), **options)


def event_log(rows, **options):
    return analyze_event_log(stream(LOG + rows), columns=COLUMNS, **options)


@pytest.mark.skipif(not PATHS.exists(), reason="the example paths are not on this machine")
class TestTheReferenceFigures:
    @pytest.mark.parametrize(
        ("model", "alpha", "beta", "iota"),
        [
            ("first_touch", 6308, 2831, 4606),
            ("last_touch", 8447, 989, 3355),
            ("linear", 7574.7186, 2083.5001, 3857.0962),
            ("position", 7444.8238, 1969.7662, 3944.9482),
        ],
    )
    def test_each_rule_model_gives_the_published_figures(self, model, alpha, beta, iota):
        conversions = analyze_path_file(PATHS).models[model].conversions
        assert [round(conversions[channel], 4) for channel in ("alpha", "beta", "iota")] == [
            alpha,
            beta,
            iota,
        ]

    def test_every_model_gives_out_every_conversion_and_all_the_value(self):
        report = analyze_path_file(PATHS)
        assert (report.conversions, report.nulls) == (19_785, 68_602)
        for credit in report.models.values():
            assert sum(credit.conversions.values()) == pytest.approx(19_785, abs=1e-6)
            assert sum(credit.value.values()) == pytest.approx(74_802.971587, abs=1e-6)

    def test_linear_equals_a_plain_computation_in_fractions(self):
        exact: dict[str, Fraction] = {}
        with PATHS.open(newline="") as lines:
            for row in csv.DictReader(lines, delimiter=";"):
                steps = row["path"].split(" > ")
                for step in steps:
                    share = Fraction(int(row["total_conversions"]), len(steps))
                    exact[step] = exact.get(step, Fraction(0)) + share
        conversions = analyze_path_file(PATHS, models=["linear"]).models["linear"].conversions
        assert conversions == {channel: float(round(total, 9)) for channel, total in sorted(exact.items())}


CHANNELS = st.sampled_from(["search", "email", "blog", "voucher"])
ROWS = st.lists(
    st.tuples(st.lists(CHANNELS, min_size=1, max_size=6), st.integers(0, 50), st.integers(0, 9999)),
    min_size=1,
    max_size=15,
)


@given(ROWS)
def test_no_model_loses_or_invents_a_conversion(rows):
    text = "".join(f"{' > '.join(path)};{count};{value / 100};0\n" for path, count, value in rows)
    for credit in path_file(text).models.values():
        assert sum(credit.conversions.values()) == pytest.approx(sum(row[1] for row in rows), abs=1e-6)
        assert sum(credit.value.values()) == pytest.approx(sum(row[2] for row in rows) / 100, abs=1e-6)


@given(ROWS.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_the_rows_changes_nothing(both):
    given_order, shuffled = (
        path_file("".join(f"{' > '.join(path)};{count};{value};0\n" for path, count, value in rows))
        for rows in both
    )
    assert given_order == shuffled


def test_without_being_asked_four_models_answer_for_every_channel():
    report = path_file("a > b;1;2;0\nc;0;0;5\n")
    assert list(report.models) == ["first_touch", "last_touch", "linear", "position"]
    assert report.models["last_touch"].conversions == {"a": 0.0, "b": 1.0, "c": 0.0}
    assert report.models["linear"].value == {"a": 1.0, "b": 1.0, "c": 0.0}
    assert report.nulls == 5


def test_models_are_answered_in_the_order_in_which_they_are_named():
    assert list(path_file("a;1;2;0\n", models=["linear", "first_touch", "linear"]).models) == [
        "linear",
        "first_touch",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"path,total_conversions\na > b,3\n",
        b"\xef\xbb\xbfpath;total_conversions\r\na > b;3\r\n",
        b'"total_conversions";"path";"note"\n3;"a > b";"x;y"\n\n',
        b'path,total_conversions\n"a > b",3.0\n',
        b"path;total_conversions\na>b;3e0\n",
        b"path\ttotal_conversions\na>b\t3\n",
        b"path|total_conversions\na>b|3\n",
        b"\n  \r\npath;total_conversions\na>b;3\n",
        b'"note, with a\nline break";path;total_conversions\n;a>b;3\n',
    ],
)
def test_separators_byte_order_marks_quotes_and_column_order_do_not_matter(content):
    report = analyze_path_file(stream(content), models=["first_touch"])
    assert report.models["first_touch"].conversions == {"a": 3.0, "b": 0.0}
    assert report.models["first_touch"].value == {}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a;1;2;0\n;1;2;0\n", r"line 3, column 'path': '' is blank"),
        ("a > > b;1;2;0\n", r"line 2, column 'path': 'a > > b' has an empty step"),
        ("a >;1;2;0\n", "empty step"),
        ("a;one;2;0\n", r"line 2, column 'total_conversions': 'one' is not a whole count"),
        ("a;1.5;2;0\n", "'1.5' is not a whole count"),
        ("a;-1;2;0\n", "'-1' is not a whole count"),
        ("a;1e99;2;0\n", "not a whole count"),
        ("a;;2;0\n", "'' is not a whole count"),
        ("a;1;2,5;0\n", r"column 'total_conversion_value': '2,5' is not a decimal number.*with a point"),
        ("a;1;NaN;0\n", "not a decimal number"),
        ("a;1;2;x\n", r"column 'total_null': 'x'"),
        ("a;1;2\n", "line 2: 3 cells, but 4 columns in the header"),
        ('a;1;2;0\n"b;1;2;0\n', "after line 2: unexpected end of data"),
    ],
)
def test_a_fault_in_a_path_file_is_named_with_its_line_column_and_value(rows, message):
    with pytest.raises(BadFile, match=message):
        path_file(rows)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "standard input is empty"),
        (b"\n\n", "standard input is empty"),
        (b"\x1f\x8b\x08\0", "standard input is a gzip file. Unpack it first"),
        (b"PK\x03\x04\x14\0", "a zip file or a workbook"),
        ("path;total_conversions\n".encode("utf-16"), "full of NUL characters"),
        (b'path;"total_conversions\n', "Check the quotes"),
        (b'path;total_conversions\na;1\n\n"b;1\n', "after line 3: unexpected end"),
        (b"path;total_conversions;path\n", "column 'path' stands there twice"),
        (b"path;;total_conversions\n", "a column has no name"),
        (b"who,when\n", "needs the columns path and total_conversions.*event log"),
        (b"path;total_conversions\n\xff;1\n", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_file_of_paths_is_refused(content, message):
    with pytest.raises(BadFile, match=message):
        analyze_path_file(stream(content))


def test_a_file_without_rows_answers_with_nothing_and_says_so():
    report = path_file("")
    assert report.models["linear"].conversions == {}
    assert report.notes == ("The file has no rows.",)


def test_time_decay_of_a_path_file_is_refused_and_points_to_an_event_log():
    with pytest.raises(TimesMissing, match="Use an event log"):
        path_file("a;1;2;0\n", models=["time_decay"])


def test_coupons_and_codes_have_to_be_named():
    rows = "search > voucher;1;2;0\n"
    with pytest.raises(ChannelsUnsaid, match="last_non_coupon needs to know"):
        path_file(rows, models=["last_non_coupon"])
    with pytest.raises(ChannelsUnsaid, match="code_wins needs to know"):
        path_file(rows, models=["code_wins"])
    with pytest.raises(ChannelsUnsaid, match=r"no channel 'vocher' to be a coupon. It has: search, voucher"):
        path_file(rows, coupons=["vocher"])


def test_named_coupons_and_codes_are_applied():
    report = path_file("code > search > voucher;1;2;0\n", coupons=["voucher"], codes=["code"])
    assert report.models["last_non_coupon"].conversions == {"code": 0.0, "search": 1.0, "voucher": 0.0}
    assert report.models["code_wins"].conversions == {"code": 1.0, "search": 0.0, "voucher": 0.0}


def test_an_unknown_model_is_refused_before_the_file_is_opened():
    with pytest.raises(UnknownModel):
        analyze_path_file(Path("nowhere.csv"), models=["markov"])


def test_a_conversion_closes_the_path_and_the_next_row_begins_another():
    report = event_log(
        "ann,2026-03-01T10:00:00Z,search,0,\n"
        "ann,2026-03-02T10:00:00Z,email,1,30\n"
        "ann,2026-03-03T10:00:00Z,blog,0,\n"
        "ann,2026-03-04T10:00:00Z,,true,12.50\n"
        "ann,2026-03-05T10:00:00Z,email,false,\n"
        "bob,2026-03-01T10:00:00Z,blog,no,\n"
    )
    assert report.models["last_touch"].conversions == {"blog": 1.0, "email": 1.0, "search": 0.0}
    assert report.models["linear"].value == {"blog": 12.5, "email": 15.0, "search": 15.0}
    assert (report.conversions, report.nulls, report.notes) == (2, 2, ())


def test_an_event_log_is_taken_in_time_order_and_equal_times_in_file_order():
    report = event_log(
        "ann,2026-03-02T10:00:00+01:00,email,1,1\n"
        "ann,2026-03-02T08:59:59Z,search,0,\n"
        "bob,2026-03-01,blog,0,\n"
        "bob,2026-03-01,search,1,1\n"
    )
    assert report.models["first_touch"].conversions == {"blog": 1.0, "email": 0.0, "search": 1.0}
    assert report.notes == ("Times without a zone were taken as UTC.",)


def test_an_event_log_knows_times_so_time_decay_is_answered_unasked():
    report = event_log("ann,2026-03-01T00:00:00Z,search,0,\nann,2026-03-08T00:00:00Z,email,3,9\n")
    assert report.models["time_decay"].conversions == {"email": 2.0, "search": 1.0}
    assert report.models["time_decay"].value == {"email": 6.0, "search": 3.0}


def test_a_conversion_nobody_led_to_is_credited_to_nobody_and_said():
    report = event_log("ann,2026-03-01T00:00:00Z,,1,30\nbob,2026-03-01T00:00:00Z,search,1,30\n")
    assert report.models["linear"].conversions == {"search": 1.0}
    assert report.conversions == 2
    assert report.notes == ("1 conversions had no channel before them and are credited to nobody.",)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",2026-03-01,search,0,\n", r"line 2, column 'who': '' names no customer"),
        ("ann,1 March,search,0,\n", r"line 2, column 'when': '1 March' is not a time. Write ISO 8601"),
        ("ann,2026-03-01,search,maybe,\n", r"line 2, column 'sale': 'maybe' is not a whole count"),
        ("ann,2026-03-01,search,-1,\n", "'-1' is not a whole count"),
        ("ann,2026-03-01,search,1,free\n", r"line 2, column 'worth': 'free' is not a decimal number"),
    ],
)
def test_a_fault_in_an_event_log_is_named_with_its_line_column_and_value(row, message):
    with pytest.raises(BadFile, match=message):
        event_log(row)


def test_a_column_that_an_event_log_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(UnknownColumn, match=r"no column 'worth'. Its columns are: who, when, channel, sale"):
        analyze_event_log(stream("who,when,channel,sale\n"), columns=COLUMNS)


def test_an_event_log_without_values_answers_conversions_only():
    columns = EventColumns("who", "when", "channel", "sale")
    report = analyze_event_log(
        stream("who,when,channel,sale\nann,2026-03-01T00:00:00Z,search,1\n"), columns=columns
    )
    assert report.models["linear"].value == {}


def test_the_stream_given_stays_open():
    opened = stream(HEADER + "a;1;2;0\n")
    analyze_path_file(opened)
    assert not opened.closed
