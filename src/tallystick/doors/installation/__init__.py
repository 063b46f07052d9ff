"""The pages of the installation: people, mail that could not be sent, jobs, brands. For its administrators.

Reads and writes: people, mails, jobs, brands. Guarantees: nothing here shows what belongs to a brand, and being an
administrator is no way into one.
"""
