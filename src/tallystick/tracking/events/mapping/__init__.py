"""Mappings: what the rows of a file stand for. `form` is their shape, `checks` reads them, `apply` makes bodies."""
