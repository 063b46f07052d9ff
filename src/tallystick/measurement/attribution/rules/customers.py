"""Whether a customer is new, returning, or unknown because the history does not reach back far enough."""

from datetime import date, datetime, tzinfo
from typing import Literal

CustomerType = Literal["new", "returning", "unknown"]


def customer_type(
    at: datetime, *, earlier_order_at: datetime | None, history_from: date | None, zone: tzinfo
) -> CustomerType:
    """What is known of the customer behind an order. Identifier: ATTR-CUSTOMER.

    at: when the order occurred. earlier_order_at: any order of the customer before it, None if none is
    known. history_from: the first day, in the program's zone, from which all orders are recorded;
    None when that was never said.
    An earlier order makes the customer returning. Without one the customer is new only from
    history_from on: before it an earlier order could simply be missing, so the answer is unknown.
    Raises ValueError when the earlier order is later than the order.
    """
    if earlier_order_at is not None:
        if earlier_order_at > at:
            raise ValueError("The earlier order is later than the order itself.")
        return "returning"
    if history_from is not None and at.astimezone(zone).date() >= history_from:
        return "new"
    return "unknown"
