"""What every Django module needs: scoping, ids as columns, guards in the database, lanes, bulk writes.

Reads and writes no domain table. Guarantees: outside a brand's scope no tenant row can be read or
written; what is append-only is refused by the database itself; stages of one brand run one at a time.
"""
