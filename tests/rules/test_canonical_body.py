"""When two bodies are the same (INBOX-SAME-BODY), and that no body whatever stops the inbox."""

import json
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tallystick.tracking.inbox.rules import DEPTH, UNCOMPARED, Reason, body_fault, canonical_digest

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
SUITE = Path(__file__).parents[3] / "shared" / "fixtures" / "json-test-suite" / "test_parsing"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def same(one, other, content_type=JSON):
    return canonical_digest(one, content_type) == canonical_digest(other, content_type)


def written(value, spell, space=""):
    """A JSON text of a value, with members in the order of the dict and numbers as `spell` writes them."""
    if isinstance(value, dict):
        members = [f"{json.dumps(k)}:{space}{written(v, spell, space)}" for k, v in value.items()]
        return "{" + f",{space}".join(members) + "}"
    if isinstance(value, list):
        return "[" + f",{space}".join(written(item, spell, space) for item in value) + "]"
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return spell(Decimal(value))
    return json.dumps(value)


def plain(number):
    return format(number, "f")


def scientific(number):
    sign, digits, exponent = number.as_tuple()
    whole = "".join(map(str, digits)).lstrip("0") + "00"
    return f"{'-' if sign else ''}{whole}E{exponent - 2:+d}" if any(digits) else "-0.000e+7"


def reordered(value):
    if isinstance(value, dict):
        return {name: reordered(part) for name, part in reversed(value.items())}
    return [reordered(part) for part in value] if isinstance(value, list) else value


@given(values)
def test_key_order_white_space_and_the_form_of_numbers_do_not_count(value):
    one = written(value, plain).encode()
    other = f" {written(reordered(value), scientific, space=' ')}\n".encode()
    assert same(one, other)


@given(values, values)
def test_two_values_that_differ_have_different_digests(one, other):
    def meaning(value):
        if isinstance(value, dict):
            return {name: meaning(part) for name, part in value.items()}
        if isinstance(value, list):
            return [meaning(part) for part in value]
        number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        return ("number", Decimal(value)) if number else (type(value).__name__, value)

    assume(not any(isinstance(value, dict) and UNCOMPARED & value.keys() for value in (one, other)))
    assume(meaning(one) != meaning(other))
    assert not same(written(one, plain).encode(), written(other, plain).encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1", "0.1000000000000000055511151231257827"),
        ("9007199254740993", "9007199254740992"),
        ("1e400", "2e400"),
        ("1e-400", "0"),
        ('"1"', "1"),
        ("1", "-1"),
        ("1", "true"),
        ('["1e0"]', "[1]"),
    ],
)
def test_numbers_a_float_would_confuse_stay_apart(one, other):
    assert not same(one.encode(), other.encode())


@pytest.mark.parametrize("zero", ["0", "-0", "0.000", "0e999999", "-0E-5"])
def test_zero_is_zero_however_it_is_written(zero):
    assert same(zero.encode(), b"0")


@pytest.mark.parametrize("name", ["signature", "timestamp", "sent_at"])
def test_what_a_retry_writes_anew_does_not_count_at_the_top_but_counts_inside(name):
    assert same(b'{"order":"A-1"}', f'{{"{name}":1,"order":"A-1"}}'.encode())
    assert not same(b'{"order":{}}', f'{{"order":{{"{name}":1}}}}'.encode())
    assert same(b"order=A-1", f"{name}=1&order=A-1".encode(), FORM)


@pytest.mark.parametrize(
    "content_type", ["application/JSON; charset=utf-8", "application/ld+json", "text/json"]
)
def test_json_is_known_by_its_media_type(content_type):
    assert canonical_digest(b'{"a": 1}', content_type) == canonical_digest(b'{"a":1.0}', JSON)


@given(st.lists(st.tuples(texts, texts), max_size=6, unique_by=lambda field: field[0]), st.randoms())
def test_forms_are_the_same_in_any_order_and_encoding(fields, random):
    shuffled = random.sample(fields, len(fields))
    escaped = "&".join(
        "=".join("".join(f"%{byte:02x}" for byte in part.encode()) for part in field) for field in shuffled
    )
    assert same(urlencode(fields).encode(), escaped.encode(), FORM)


def test_repeated_form_fields_keep_their_order():
    assert not same(b"item=a&item=b", b"item=b&item=a", FORM)
    assert same(b"item=a&x=1&item=b", b"x=1&item=a&item=b", FORM)


def test_form_fields_do_not_run_into_each_other():
    assert not same(b"a=b%26c%3Dd", b"a=b&c=d", FORM)
    assert not same(b"ab=c", b"a=bc", FORM)


def test_other_types_are_compared_byte_by_byte():
    assert same(b"<a/>", b"<a/>", "text/xml")
    assert not same(b"<a/>", b"<a />", "text/xml")
    assert not same(b'{"a":1}', b'{"a": 1}', "text/plain")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a":1,"a":1}', Reason.SYNTAX),
        (b'[{"b":{"a":1,"a":2}}]', Reason.SYNTAX),
        (b"NaN", Reason.SYNTAX),
        (b"[-Infinity]", Reason.SYNTAX),
        (b"[1e9999999999999999999]", Reason.SYNTAX),
        (b"{", Reason.SYNTAX),
        (b"", Reason.SYNTAX),
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), Reason.SYNTAX),
        (b"\xef\xbb\xbf1", Reason.SYNTAX),
        (b'"\\ud800"', Reason.ENCODING),
        (b'{"\\udfff": 1}', Reason.ENCODING),
        (b'"\xff"', Reason.ENCODING),
    ],
)
def test_a_malformed_body_has_a_reason_and_a_digest_of_its_bytes(body, reason):
    fault = body_fault(body, JSON)
    assert fault is not None
    assert fault.reason is reason
    assert canonical_digest(body, JSON) == canonical_digest(body, "application/octet-stream")


def test_brackets_inside_texts_are_not_nesting():
    assert body_fault(json.dumps({"a": "[{" * 1000, "b": '"[\\'}).encode(), JSON) is None
    assert body_fault(b"[" * DEPTH + b"]" * DEPTH, JSON) is None


def test_a_body_that_could_be_huge_work_is_answered_at_once():
    for body in (b"[" * 1_000_000, b'{"a":' * 200_000, b'"\\' * 500_000, b"-" + b"9" * 1_000_000):
        assert len(canonical_digest(body, JSON)) == 32
    many = b"{" + b",".join(b'"k%d":0' % n for n in range(100_000)) + b',"k99999":0}'
    assert body_fault(many, JSON) is not None


@given(st.binary(max_size=200))
def test_any_bytes_of_any_type_have_a_digest_that_depends_on_nothing_else(body):
    for content_type in (JSON, FORM, "text/plain", ""):
        assert canonical_digest(body, content_type) == canonical_digest(bytes(body), content_type)


@pytest.mark.skipif(not SUITE.is_dir(), reason="the JSON test suite is not here")
def test_the_json_test_suite_is_read_as_it_says():
    """`y_` files are read, but for the two with a key twice; `n_` files are not; none raises."""
    read = set()
    for path in sorted(SUITE.glob("*.json")):
        assert len(canonical_digest(path.read_bytes(), JSON)) == 32
        if body_fault(path.read_bytes(), JSON) is None:
            read.add(path.name)
    valid = {path.name for path in SUITE.glob("y_*.json")}
    assert {name for name in read if name.startswith("n_")} == set()
    assert valid - read == {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
