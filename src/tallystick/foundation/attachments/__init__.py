"""Attachments: documents that people add to something: contracts, invoices, proofs.

Reads and writes: attachments; their bytes in `data_dir/attachments`. Guarantees: a row exists only where its bytes are
on disk; the type is told by the content and is one of a few; a removed document is served no more, and its bytes are
deleted once no other document has the same.
"""
