"""The gate: no SQLite that can lose committed rows ever opens a file of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.foundation.sqlite.gate import UnsafeSqlite, check_version, has_wal_reset_bug

AFFECTED = [
    (3, 7, 0),
    (3, 34, 1),
    (3, 40, 1),
    (3, 44, 0),
    (3, 44, 5),
    (3, 45, 0),
    (3, 46, 1),
    (3, 50, 0),
    (3, 50, 6),
    (3, 51, 0),
    (3, 51, 2),
]
FIXED = [(3, 44, 6), (3, 44, 7), (3, 50, 7), (3, 50, 9), (3, 51, 3), (3, 52, 0), (3, 53, 4), (4, 0, 0)]

releases = st.tuples(st.just(3), st.integers(0, 60), st.integers(0, 12))


@pytest.mark.parametrize("version", AFFECTED)
def test_an_affected_release_is_refused(version):
    assert has_wal_reset_bug(version)
    with pytest.raises(UnsafeSqlite, match="WAL-reset"):
        check_version(version)


@pytest.mark.parametrize("version", FIXED)
def test_a_fixed_release_passes(version):
    assert not has_wal_reset_bug(version)
    check_version(version)


def test_a_release_older_than_the_write_ahead_log_is_refused_for_that_reason():
    assert not has_wal_reset_bug((3, 6, 23))
    with pytest.raises(UnsafeSqlite, match="no write-ahead log"):
        check_version((3, 6, 23))


def test_a_fourth_number_in_the_version_changes_nothing():
    assert has_wal_reset_bug((3, 7, 7, 1))
    assert not has_wal_reset_bug((3, 50, 7, 1))


@given(releases)
def test_a_later_patch_of_a_safe_branch_is_never_affected(version):
    major, minor, patch = version
    if version >= (3, 7, 0) and not has_wal_reset_bug(version):
        assert not has_wal_reset_bug((major, minor, patch + 1))


@given(releases)
def test_only_the_two_mended_branches_are_safe_inside_the_affected_range(version):
    if (3, 7, 0) <= version < (3, 51, 3) and not has_wal_reset_bug(version):
        assert version[:2] in {(3, 44), (3, 50)}


def test_the_refusal_names_the_build_and_the_ways_out():
    with pytest.raises(UnsafeSqlite) as refusal:
        check_version((3, 40, 1), "2022-12-28 df5c253c0b3d")
    text = str(refusal.value)
    for part in (
        "3.40.1",
        "df5c253c0b3d",
        "nothing was written",
        "pysqlite3",
        "arm64",
        "DATABASE_URL",
        "3.51.3",
    ):
        assert part in text
