"""Divide a whole number into parts that add up to it again, whatever the proportions.

Every split in Tallystick - credit over touchpoints, a commission over partners - goes through
`apportion`, so that no unit is lost or invented and the same input always gives the same parts.
"""

from collections.abc import Sequence

PPB = 1_000_000_000
"""Parts per billion in a whole: the shares of one credited conversion sum to exactly this."""


class CannotApportion(ValueError):
    """There is no way to divide by these weights: none, a negative one, or nothing but zeros."""


def apportion(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide a whole number in proportion to whole weights by the largest remainder.

    total: the units to divide; a negative total is the mirror image of the positive one.
    weights: whole numbers >= 0, not all zero; only their proportions matter, their size is unlimited.
    Returns one part per weight, in the order given. The parts sum to exactly `total`, each is its
    exact quota rounded down or up, a zero weight gets zero, and units left over by rounding go to
    the largest remainders, among equal remainders to the earliest position.
    Raises CannotApportion for no weights, a negative weight or all-zero weights, and TypeError for
    anything that is not an int: a float would lose units without a word. Identifier: ATTR-SHARES.
    """
    _refuse_what_is_not_whole(total, weights)
    whole = sum(weights)
    if whole == 0:
        raise CannotApportion("There is nothing to divide by: every weight is zero, or there are no weights.")
    sign = -1 if total < 0 else 1
    quotas = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [floor for floor, _ in quotas]
    left_over = abs(total) - sum(parts)
    by_remainder = sorted(range(len(quotas)), key=lambda position: -quotas[position][1])
    for position in by_remainder[:left_over]:
        parts[position] += 1
    return tuple(sign * part for part in parts)


def _refuse_what_is_not_whole(total: int, weights: Sequence[int]) -> None:
    for number in (total, *weights):
        if type(number) is not int:
            raise TypeError(f"apportion divides whole numbers only, but was given {number!r}.")
    for weight in weights:
        if weight < 0:
            raise CannotApportion(f"A weight cannot be negative, but one is {weight}.")
