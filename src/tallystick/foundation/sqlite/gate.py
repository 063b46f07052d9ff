"""Which SQLite releases are safe to keep receipts in.

SQLite 3.7.0 to 3.51.2 can lose committed pages when a write-ahead log is reset while another connection
checkpoints (the "WAL-reset bug", https://www.sqlite.org/wal.html#walresetbug). The fix is in 3.51.3 and was
carried back to 3.50.7 and 3.44.6.
"""

from __future__ import annotations

from tallystick.kit.errors import Foreseen

Version = tuple[int, int, int]

INTRODUCED: Version = (3, 7, 0)
FIXED: Version = (3, 51, 3)
FIXED_BRANCHES: tuple[Version, ...] = ((3, 44, 6), (3, 50, 7))

WHAT_TO_DO = """Do one of these:
  * use the SQLite that comes with Tallystick: pip install 'pysqlite3>=0.6.1' (it brings 3.53 or later);
  * on Linux arm64, where pysqlite3 has no ready-made build: use PostgreSQL (DATABASE_URL=postgres://...),
    or install SQLite 3.51.3 or later on the system and build the driver against it:
    pip install --no-binary pysqlite3 pysqlite3"""


class UnsafeSqlite(Foreseen):
    """The SQLite library of this process can corrupt a database in WAL mode, or is missing."""


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Whether a SQLite release, given as ``(3, 51, 2)``, has the WAL-reset bug."""
    release = (*version, 0, 0, 0)[:3]
    if not INTRODUCED <= release < FIXED:
        return False
    return not any(release[:2] == fixed[:2] and release >= fixed for fixed in FIXED_BRANCHES)


def check_version(version: tuple[int, ...], source_id: str | None = None) -> None:
    """Return when the release is safe in WAL mode; otherwise raise UnsafeSqlite, which says what to do.

    version: SQLite's own version, not the driver's. source_id: ``sqlite_source_id()`` of the running library,
    repeated in the message so that a report names the exact build.
    """
    if version < INTRODUCED:
        raise UnsafeSqlite(f"SQLite {_show(version)} is too old: it has no write-ahead log.\n{WHAT_TO_DO}")
    if has_wal_reset_bug(version):
        build = f" (build {source_id})" if source_id else ""
        raise UnsafeSqlite(
            f"SQLite {_show(version)}{build} has the WAL-reset bug and can lose committed rows. "
            f"Tallystick does not start on it; nothing was written.\n{WHAT_TO_DO}"
        )


def _show(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
