"""Mail: what people are told by e-mail, as rows that a job sends.

Reads and writes: mails and what each address declined; asks for a job for each mail. Guarantees: a mail is written in
the transaction of what it tells of; it is sent at least once, under one Message-ID; where no server is configured it is
kept for an administrator to read; a text that lets somebody in is removed once it is sent or has expired. Explained in
`docs/explain/mail.md`.
"""
