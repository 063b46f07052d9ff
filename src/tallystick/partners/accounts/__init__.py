"""People. For now only the user model, so that every later migration can point at it.

Reads and writes: users. Guarantees: an e-mail address is one person, whatever its letter case.
"""
