"""Verbs of imports: a file comes in, is read, is corrected."""
