# pysqlite3 is CPython's driver compiled against a newer library: its types are the standard library's.
from sqlite3.dbapi2 import *
