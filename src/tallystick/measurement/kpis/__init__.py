"""Questions about rates, answered with intervals and opened down to receipts.

Reads: fact files through the warehouse's engine, definition versions of the program. Writes: nothing.
Guarantees: one definition version never mixes with another unseen; a cell's rows count exactly to its
figures; too little evidence is an answer. Specified in docs/explain/kpis.md (KPI-*) and docs/explain/rates.md.
"""
