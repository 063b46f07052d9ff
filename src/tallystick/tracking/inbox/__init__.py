"""Receipts exactly as they arrived, durable before anybody is answered.

Reads: what the doors, the edge and the importers hand over.
Writes: the receipt store (SQLite files, or one table on PostgreSQL) and the quarantine table.
Guarantees: an outcome that was returned survives a crash and a power cut; a dedupe key has one original for
ever; the same key with another body is kept as evidence; nothing that was received is dropped.

`wire` is the form of a receipt, `rules` says when two bodies are the same, `stores` keep them, and `services`
and `queries` hold those that could not become events, each with a typed reason.
"""
