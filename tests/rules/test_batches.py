"""Work is cut into pieces of which none is lost."""

import pytest

from tallystick.kit.batches import SLICE, chunks, slices


def test_slices_keep_the_order_given_and_sort_sets():
    assert list(slices(range(SLICE + 1))) == [list(range(SLICE)), [SLICE]]
    assert list(slices({3, 1, 2})) == [[1, 2, 3]]
    assert list(slices([])) == []


def test_chunks_read_only_as_far_as_they_are_asked_for():
    source = iter(range(5))
    cut = chunks(source, 2)
    assert next(cut) == [0, 1]
    assert next(source) == 2
    assert list(cut) == [[3, 4]]
    assert list(chunks([], 2)) == []
    assert list(chunks("abc", 2)) == [["a", "b"], ["c"]]


@pytest.mark.parametrize(("before", "expected"), [(3, [[0, 1], [2]]), (2, [[0, 1]]), (0, [])])
def test_what_came_before_an_error_comes_before_the_error(before, expected):
    def breaking():
        yield from range(before)
        raise OSError("the disk fails")

    found = []
    with pytest.raises(OSError, match="the disk fails"):
        found.extend(chunks(breaking(), 2))
    assert found == expected
