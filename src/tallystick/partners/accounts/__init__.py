"""People, what they may do, and what acts for them: seats, invitations, API keys, approvals.

Reads and writes: users, seats, invitations, API keys, proposals. Guarantees: an e-mail address is one person,
whatever its letter case; who may do what stands in one table (`rules.RIGHTS`) and nowhere else; of a secret only its
hash is kept.
"""
