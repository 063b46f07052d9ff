"""Rows into receipts, each row in exactly one, and receipts into the inbox; in an amount of memory that is bounded."""
