"""Partners, their partnerships in a program, placements, links and codes.

Reads: programs. Writes: its own tables. Guarantees: a partner belongs to one brand; keys are unique within it; a
link key and a code are each one thing in a brand.
"""
