"""Reading a file of any kind as rows: opened, unpacked, decoded, split into tables, one row after another.

Reads: a path. Writes nothing, keeps nothing but the row at hand. Guarantees: every row of the file comes once, with its
line and, where it can be read, its cells by column; what cannot be read comes as the bytes it has, or ends the reading
with a BadFile that says after which line. The same bytes, read in the same way, are the same rows.
"""
