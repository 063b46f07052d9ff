"""Mappings: what the rows of a file stand for.

`form` is their shape, `checks` reads them, `write` writes them; `makers` makes one ready, `apply` makes bodies of rows.
"""
