"""Reads of partnerships: the directory of keys, names, lists, and when each was active."""
