"""Receipts become events: facts that were checked, dated, labelled and tied to a partner or a house channel.

Reads: receipts (inbox), the directory of partners. Writes: events, identities, mappings; quarantine through the
inbox. Guarantees: the same receipt always makes the same events; an event never changes; a receipt
that cannot be verified waits in quarantine with a typed reason; robots are labelled, never dropped.
"""
