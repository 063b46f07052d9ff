"""Jobs: work that must happen after a change is committed, as rows that the worker runs.

Reads and writes: jobs. Guarantees: a job is written in the transaction that asks for it, so neither exists without the
other; it runs at least once; one that fails waits longer each time and is kept, with its error, when it has failed too
often.
"""
