"""Tables of the inbox: the quarantine, and on PostgreSQL the receipts themselves."""
