"""Reads of imports: which there are, how far they are, what became of their rows."""
