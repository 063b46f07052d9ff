"""Migrations of attribution."""
