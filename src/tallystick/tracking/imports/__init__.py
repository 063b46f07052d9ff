"""Files: read, mapped, received, counted up, and what is wrong with them put right.

Reads: files that people bring, saved mappings, what became of receipts.
Writes: receipts into the inbox, imports with their progress, choices about unknown names, corrections.
Guarantees: every row of a file is in a receipt or the import says why not; an import that was interrupted goes on where
it stood; the same file a second time changes nothing; what is shown before is what happens.

`reading` turns any file into rows, `receiving` rows into receipts, `guessing` and `presets` find out what the columns
mean, `services` and `queries` are the rest.
"""
