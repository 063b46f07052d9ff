"""Verbs of accounts, one group a file: seats, invitations, API keys, proposals, people.

Each is one transaction, writes its audit line and announces what others may want to know. Who may do it is looked up
at the doors, by `rules.RIGHTS`; what no role may do is refused here: to leave a brand without an owner, to approve
what one proposed oneself.
"""
