"""What a receipt claims, checked piece by piece: the same for events and for reports.

No tables: `rules` checks, `amounts` reads numbers as shops write them.
"""
