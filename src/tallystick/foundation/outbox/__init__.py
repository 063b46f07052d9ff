"""The outbox: what happened, announced to whoever wants to know, in the transaction in which it happened.

Reads and writes: announcements; asks for a job for each subscriber. Guarantees: no change without its announcement and
none without its change; announcements of a brand are read in the order in which they were made.
"""
