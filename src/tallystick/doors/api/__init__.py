"""The API: what programs outside may ask and change, at `/api/v1`, with the keys that an owner hands out.

Reads: everything that has a noun, the feed of announcements, the audit trail. Writes: what nouns let one change, and
the answers that it gave, so that a call that is made twice has one effect. Guarantees: the brand comes from the key
alone; every operation names one right of `accounts.rules.RIGHTS`; every answer is JSON, errors included; nothing is
ever set in a browser.
"""
