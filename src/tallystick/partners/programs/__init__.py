"""Brands, programs, house channels and conversion definitions.

Reads: nothing above it. Writes: its own tables. Guarantees: a definition's version never changes once
written; at most one definition of a program is primary on any day; versions are effective-dated in the program's zone.
"""
