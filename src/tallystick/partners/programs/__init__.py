"""Brands, programs, house channels and conversion definitions.

Reads: accounts. Writes: its own tables, the audit trail, announcements. Guarantees: a definition's version never
changes once written; at most one definition of a program is primary on any day; versions are effective-dated in the
program's zone; where a brand asks for two people, no version comes into force by one.
"""
