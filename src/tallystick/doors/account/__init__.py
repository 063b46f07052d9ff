"""The account door: signing in, joining, one's own sessions and preferences, changing between brands and partners.

Reads and writes: people, their ways to sign in, their seats. Guarantees: a stranger does not learn whether an address
is known here; nobody is let in by an invitation that is not theirs.
"""
