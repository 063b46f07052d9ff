"""What happened at Acme in the last days: a few customers with long paths, and what nobody can use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta


def story_lines(now: datetime) -> Iterator[dict[str, object]]:
    """Touches and orders of customers who came by several partners; the last lines are mistaken on purpose."""
    paths = [
        (["alice/reviews", "riverside/blog", "bob/voucher-page"], "119.00"),
        (["kite/video", "alice/reviews"], "64.50"),
        (["lumen", "friends", "kite/shorts", "nordkap"], "240.00"),
        (["compass"], None),
        (["mallory", "mallory"], None),
    ]
    for number, (touches, amount) in enumerate(paths, 1):
        visitor = f"visitor-{number}"
        for step, place in enumerate(touches):
            partner, _, placement = place.partition("/")
            at = now - timedelta(days=9 - number, hours=20 - 4 * step)
            yield {
                "kind": "click",
                "occurred_at": at.isoformat(timespec="seconds"),
                "visitor": visitor,
                "partner": partner,
                **({"placement": placement} if placement else {}),
                "device": "mobile" if number % 2 else "desktop",
                "country": "DE",
            }
        if amount:
            ordered_at = now - timedelta(days=9 - number, hours=2)
            yield {
                "kind": "purchase",
                "occurred_at": ordered_at.isoformat(timespec="seconds"),
                "visitor": visitor,
                "customer": f"customer-{number}",
                "order": f"A-100{number}",
                "amount": amount,
            }
    yesterday = (now - timedelta(days=1)).isoformat(timespec="seconds")
    yield {"kind": "click", "occurred_at": yesterday, "visitor": "visitor-9", "partner": "alise"}
    yield {"kind": "purchase", "occurred_at": yesterday, "customer": "customer-9", "amount": "12,50 €"}
    yield {"kind": "purchase", "occurred_at": "yesterday", "customer": "customer-9", "order": "A-1009"}
