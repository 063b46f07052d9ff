"""Migrations of partnerships."""
