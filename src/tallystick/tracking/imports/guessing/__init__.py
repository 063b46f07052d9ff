"""What the columns of a file mean, guessed from their names and cells: `propose` is the way in, the rest are its parts.

`names.toml` holds the names that columns have in several languages, `numbers` and `times` read cells, `columns` and
`roles` find out which column is what, and one module for each sort of thing makes a mapping of that. Reads nothing but
what it is given.
"""
