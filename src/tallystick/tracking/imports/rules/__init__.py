"""Rules of imports: what became of a file, and what a corrected row says. Pure."""
