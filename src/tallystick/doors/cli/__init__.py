"""The command line: one file per command, listed in ``app.COMMANDS``.

Reads arguments and the configuration; prints data on standard output and words on standard error.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 a check failed.
"""
