"""Who works with us, and what was promised."""
