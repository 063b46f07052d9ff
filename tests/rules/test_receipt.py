"""What a receipt keeps, and the limits it keeps to."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tallystick.kit import ids
from tallystick.tracking.inbox import wire
from tallystick.tracking.inbox.wire import Alike, NotText, OverLimit, Receipt, Unfit, keep_headers

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def receipt(**parts):
    given = {"source": "api", "kind": "order", "body": b"{}", "received_at": NOON} | parts
    return Receipt(id=ids.new(), brand_id=ids.new(), **given)


@pytest.mark.parametrize(
    "parts",
    [
        {"body": b"x" * (wire.BODY_BYTES + 1)},
        {"key": "ä" * wire.KEY_BYTES},
        {"source": "s" * (wire.NAME_CHARS + 1)},
        {"path": "/" * (wire.PATH_CHARS + 1)},
        {"headers": {"referer": "r" * (wire.TEXT_CHARS + 1)}},
        {"origin": wire.Origin(file="f" * (wire.TEXT_CHARS + 1))},
    ],
)
def test_a_part_over_its_limit_is_refused(parts):
    with pytest.raises(OverLimit, match="the limit is"):
        receipt(**parts)


@pytest.mark.parametrize("text", ["\x00", "a\ud800"])
@pytest.mark.parametrize("part", ["source", "kind", "key", "path", "method", "content_type"])
def test_text_that_no_database_stores_is_refused(part, text):
    with pytest.raises(NotText):
        receipt(**{part: text})


@pytest.mark.parametrize(
    "parts",
    [
        {"headers": {"authorization": "Bearer x"}},
        {"headers": {"cookie": "a=b"}},
        {"path": "/postback?secret=1"},
        {"kind": ""},
        {"received_at": datetime(2026, 11, 20, 12)},  # noqa: DTZ001 - that is the fault
    ],
)
def test_what_a_receipt_must_never_hold_is_refused(parts):
    with pytest.raises(Unfit):
        receipt(**parts)


def test_a_body_over_the_limit_keeps_its_head_and_leaves_its_key_free():
    body = b"x" * (wire.BODY_BYTES + 1)
    assert receipt(body=body[: wire.HEAD_BYTES], clipped_from=len(body)).key is None
    with pytest.raises(Unfit):
        receipt(body=body[: wire.HEAD_BYTES], clipped_from=len(body), key="A-1")


def test_only_listed_headers_are_kept_and_a_strange_one_never_costs_the_receipt():
    kept = keep_headers(
        [
            ("User-Agent", "Mozilla\x00\ud800" + "x" * 5000),
            ("user-agent", "second"),
            ("Cookie", "session=1"),
            ("Authorization", "Bearer x"),
            ("Sec-GPC", "1"),
        ]
    )
    assert kept.keys() == {"user-agent", "sec-gpc"}
    assert kept["user-agent"].startswith("Mozilla??x")
    assert receipt(headers=kept).headers == kept


def test_a_cut_header_ends_on_a_whole_character():
    kept = keep_headers({"Referer": "é" * 2000})
    assert receipt(headers=kept).headers["referer"] == "é" * (wire.TEXT_CHARS // 2)


def test_what_is_made_like_a_pattern_is_what_it_would_be_made_alone():
    pattern = receipt(key="1", origin=wire.Origin(file="orders.csv", line=2, address="203.0.113.0"))
    another = Alike(pattern).receipt(ids.new(), key="2", body=b"[]", line=3)
    origin = wire.Origin(file="orders.csv", line=3, address="203.0.113.0")
    assert another == replace(pattern, id=another.id, key="2", body=b"[]", origin=origin)
    assert (pattern.key, pattern.body, pattern.origin.line) == ("1", b"{}", 2)


@pytest.mark.parametrize(
    "parts",
    [
        {"body": b"x" * (wire.BODY_BYTES + 1)},
        {"key": "k" * (wire.KEY_BYTES + 1)},
        {"key": "a\0"},
        {"key": "\ud800"},
    ],
)
def test_what_is_made_like_a_pattern_keeps_to_the_limits_too(parts):
    with pytest.raises(Unfit):
        Alike(receipt()).receipt(ids.new(), line=2, **({"key": None, "body": b""} | parts))
    with pytest.raises(Unfit, match="no pattern"):
        Alike(receipt(clipped_from=5))
