"""The portal: what a partner reads and does, in one brand at a time.

Reads: the partner's own partnerships, links, codes, placements, shared documents and rates; never anything of another
partner, nor of a customer. Changes: the partner's own details, and the acceptance of an invitation.
"""
