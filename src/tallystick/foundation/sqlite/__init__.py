"""SQLite as Tallystick uses it: one driver, one way to open a file, and a gate against unsafe builds.

Set ``ENGINE = "tallystick.foundation.sqlite"`` to use the Django backend in ``base.py``. Code without
Django opens files with ``connect.connect``. Both run on the library that pysqlite3 brings along, both use
WAL, ``synchronous=FULL`` and foreign keys, and neither starts on a SQLite that can corrupt a WAL file.
"""
