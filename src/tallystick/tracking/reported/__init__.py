"""What somebody reports, kept apart from what was counted: totals of a day, costs, past commissions, the shop's orders.

Reads: claims that the events stage takes from receipts.
Writes: its own tables, append-only.
Guarantees: nothing here is ever mixed with counted events; a later report of the same thing (source, reference) stands
for the earlier ones, which stay.
"""
