"""Verbs of partnerships: partners, partnerships and their states, placements, campaigns, links, codes.

Each one takes who acts, runs in one transaction, and writes a line of the audit trail where something changes. An
`open_*` refuses a key that is taken; a `change_*` takes everything that can be said and returns the row as it stands.
What can be archived is by `programs.services.archive`.
"""
