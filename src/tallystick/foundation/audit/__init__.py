"""The audit trail: who did what, when, and why; appended plainly, then sealed into one chain.

Reads and writes: audit lines, seals. Guarantees: a line is written in the transaction of the act; the database refuses
to change or delete it; what somebody changes behind the database's back is found by `tallystick audit verify`.
"""
