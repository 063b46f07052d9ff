"""What may be a key or an address, and what two meanings say differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.partners.programs.rules import (
    Meaning,
    differences,
    is_key,
    is_reserved,
    plain,
    why_not_address,
)


@pytest.mark.parametrize("text", ["a", "Alice", "alice-1", "a_b", "0", "a" * 60])
def test_these_are_keys(text):
    assert is_key(text)


@pytest.mark.parametrize("text", ["", "-", "-a", "_a", "a b", "a/b", "a.b", "ä", "a\n", "a\0", "a" * 61])
def test_these_are_no_keys(text):
    assert not is_key(text)


def test_the_first_parts_of_our_addresses_are_reserved_in_any_letter_case():
    assert is_reserved("api")
    assert is_reserved("Portal")
    assert not is_reserved("acme")


@pytest.mark.parametrize(
    "text",
    [
        "https://acme.example",
        "http://acme.example:8080/a/b?c=d&e=%20#f",
        "HTTPS://ACME.example/",
        "https://bücher.example/ä",
        "https://[2001:db8::1]/",
    ],
)
def test_a_visitor_can_be_sent_there(text):
    assert why_not_address(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begin"),
        ("acme.example/", "begin"),
        ("//acme.example/", "begin"),
        ("javascript:alert(1)", "begin"),
        ("data:text/html,hi", "begin"),
        ("ftp://acme.example/", "begin"),
        ("https:///path", "no host"),
        ("https://", "no host"),
        ("https://:80/", "no host"),
        ("https://user@acme.example/", "user name"),
        ("https://user:secret@acme.example/", "user name"),
        ("https://@acme.example/", "user name"),
        ("https://acme.example:port/", "cannot be read"),
        ("https://acme.example:99999/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("https://acme.example/a b", "character"),
        ("https://acme.example\\@evil.example/", "user name"),
        ("https://acme.example/<script>", "character"),
        ("https://acme.example/\u2028", "character"),
        (" https://acme.example/", "begin|character"),
    ],
)
def test_no_visitor_can_be_sent_there(text, why):
    assert any(part in why_not_address(text) for part in why.split("|"))


def test_a_first_version_is_different_in_every_field():
    assert {each.field for each in differences(None, Meaning())} == set(plain(Meaning()))


def test_only_what_differs_is_told_with_what_was_before():
    found = differences(Meaning(), Meaning(model="linear", windows={"click": 7}))
    assert [(each.field, each.before, each.after) for each in found] == [
        ("windows", {"click": 30, "code_use": 30}, {"click": 7}),
        ("model", "last_touch", "linear"),
    ]


meanings = st.builds(
    Meaning,
    model=st.sampled_from(("last_touch", "linear")),
    windows=st.dictionaries(st.sampled_from(("click", "code_use")), st.integers(1, 9)),
    binds=st.booleans(),
    sources=st.lists(st.sampled_from("ab"), unique=True).map(tuple),
)


@given(meanings, meanings)
def test_meanings_without_a_difference_are_equal(old, new):
    found = differences(old, new)
    assert (found == []) is (old == new)
    assert {**plain(old), **{each.field: each.after for each in found}} == plain(new)
