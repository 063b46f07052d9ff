"""The console: the pages for the people of a brand, rendered by the server, without any script.

Reads: answers of `measurement.kpis` through `doors.asking`, traces, the quarantine, the journey's backlog. Writes:
nothing. Guarantees: every page speaks of one brand and opens its scope itself; every state of a page is in its
address; a figure opens to the receipts it is made of. Looks come from `design` alone.
"""
