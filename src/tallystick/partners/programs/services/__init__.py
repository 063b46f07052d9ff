"""Verbs of programs: brands, programs and house channels, versions of conversion definitions, the archive.

Each one takes who acts, runs in one transaction, and writes a line of the audit trail where something changes.
"""
