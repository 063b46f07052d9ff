"""Partners, their partnerships in a program with their history, placements, campaigns, links and codes.

Reads: programs. Writes: its own tables, the audit trail, announcements. Guarantees: a partner belongs to one brand;
keys are unique within it, never change and are never given to another; a link key and a code are each one thing in a
brand; the changes of a partnership are never rewritten, and its state is the newest of them.
"""
