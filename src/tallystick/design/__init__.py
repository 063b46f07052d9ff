"""Looks: tokens, components, page frames, and how figures and intervals are written and drawn.

Reads: nothing but what it is given. Writes: nothing. Guarantees: no page of the house has colours, sizes or number
formats of its own; no inline style and no script, so the strictest content security policy holds; one text for a figure
wherever it stands. Knows no domain module: it is handed plain values.
"""
