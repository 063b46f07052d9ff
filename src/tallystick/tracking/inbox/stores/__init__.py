"""Where receipts are kept: one port, SQLite files when embedded, one table on PostgreSQL.

The writer appends and is answered after the commit is on disk. The reader never writes: its position is a
value that the caller commits in the main database in the same transaction as the effects, which is what makes
every receipt take effect exactly once.
"""
