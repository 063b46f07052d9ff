"""Migrations of the warehouse's manifest."""
