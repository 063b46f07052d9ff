"""The things that people keep: programs, partners, links and the like, each described once for every door.

A noun says what its form asks, what its list shows and finds, which rights it needs, and which verbs change it. The
console makes pages of it, the API operations, the command line commands, and CSV goes in and out by it.
"""
