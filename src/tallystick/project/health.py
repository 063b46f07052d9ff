"""The checks of ``tallystick doctor``: each looks at one thing, mends nothing, and says what to do."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tallystick.foundation.audit.rules import Fault
from tallystick.foundation.guards import missing_guards
from tallystick.project.config import Config

LEAST_FREE_BYTES = 1_000_000_000
NEWEST_SEALS = 1_000
INIT = "Run `tallystick init`; it is safe to run again."
TAMPERED = "`tallystick audit verify` looks at all of it; docs/explain/audit.md says what to do."


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was found, and what to do when it did not pass (empty when it did)."""

    name: str
    passed: bool
    finding: str
    advice: str = ""


class Finding(Exception):
    """A check failed: what was found, and what to do about it."""

    def __init__(self, finding: str, advice: str) -> None:
        super().__init__(finding)
        self.finding, self.advice = finding, advice


def run_checks(config: Config) -> list[Check]:
    """Every check, in the order in which faults should be mended; a failed one does not stop the others."""
    return [_run(name, check, config) for name, check in CHECKS.items()]


def pending_migrations() -> list[str]:
    """Names of the migrations that the database lacks: an empty list is health."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _run(name: str, check: Callable[[Config], str], config: Config) -> Check:
    try:
        return Check(name, True, check(config))
    except Finding as fault:
        return Check(name, False, fault.finding, fault.advice)
    except DatabaseError as error:
        return Check(name, False, f"the database answered: {error}", INIT)
    except OSError as error:
        return Check(name, False, f"{error.filename or ''}: {error.strerror}", "Mend the file's permissions.")


def _python(_config: Config) -> str:
    return f"Python {sys.version.split()[0]}"


def _database(config: Config) -> str:
    _require_file()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        place = "database_url" if config.database_url else f"{config.sqlite_path}"
        raise Finding(str(error).strip(), f"Start the database, or correct {place}.") from None
    version = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {version}"


def _require_file() -> None:
    """Refuse to ask a SQLite database that does not exist: asking would make an empty one."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        raise Finding("there is no database yet", INIT)


def _durability(_config: Config) -> str:
    _require_file()
    if connection.vendor != "sqlite":
        return "kept by PostgreSQL"
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    if found != wanted:
        raise Finding(
            str(found), "Move the data directory to a local disk; see docs/explain/exactly-once.md."
        )
    return "WAL, synchronous=FULL, foreign keys"


def _migrations(_config: Config) -> str:
    _require_file()
    if pending := pending_migrations():
        raise Finding(f"{len(pending)} not applied, the first is {pending[0]}", INIT)
    return "all applied"


def _guards(_config: Config) -> str:
    _require_file()
    if missing := missing_guards(DEFAULT_DB_ALIAS):
        raise Finding(f"{len(missing)} missing, the first is {missing[0]}", INIT)
    return "all present"


def _data_dir(config: Config) -> str:
    if not config.data_dir.is_dir():
        raise Finding(f"{config.data_dir} does not exist", INIT)
    if not os.access(config.data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise Finding(f"{config.data_dir} is not writable", "Give it to the user that runs Tallystick.")
    free = shutil.disk_usage(config.data_dir).free
    if free < LEAST_FREE_BYTES:
        raise Finding(f"{free / 1e6:,.0f} MB free", "Free at least 1,000 MB, or move `data_dir`.")
    return f"{config.data_dir}, {free / 1e9:,.1f} GB free"


def _secret_key(config: Config) -> str:
    if config.secret_key is not None:
        return "from the configuration"
    mode = stat.S_IMODE(config.secret_key_path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Finding(f"others can read it (mode {mode:o})", f"chmod 600 {config.secret_key_path}")
    return "readable by its owner only"


def _inbox(config: Config) -> str:
    if connection.vendor != "sqlite":
        return "kept in PostgreSQL"
    files = sorted(config.inbox_dir.glob("*.db")) if config.inbox_dir.is_dir() else []
    for file in files:
        _read_one(file)
    return f"{len(files)} files, all readable"


def _read_one(file: Path) -> None:
    from tallystick.foundation.sqlite.connect import connect, driver

    try:
        inbox = connect(file, read_only=True)
        try:
            inbox.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            inbox.close()
    except driver.Error as error:
        raise Finding(
            f"{file}: {error}", "Stop Tallystick, keep the file, restore it from a backup."
        ) from None


def _warehouse(_config: Config) -> str:
    from tallystick.measurement.warehouse.queries import missing_files

    _require_file()
    if missing := missing_files():
        raise Finding(
            f"{len(missing)} missing or cut short, the first is {missing[0]}",
            "`tallystick warehouse rebuild --damaged` writes their days again.",
        )
    return "every file of the manifest is there"


def _audit(_config: Config) -> str:
    from tallystick.foundation.audit.queries import verify

    _require_file()
    verdict = verify(newest=NEWEST_SEALS)
    if verdict.broken is not None:
        advice = "Start the worker." if verdict.broken.fault is Fault.LINE_UNSEALED else TAMPERED
        raise Finding(str(verdict.broken), advice)
    return f"{verdict.sealed:,} lines sealed, {verdict.waiting:,} waiting; the last {NEWEST_SEALS:,} are as sealed"


def _attachments(_config: Config) -> str:
    from tallystick.foundation.attachments.queries import missing_files

    _require_file()
    if missing := missing_files():
        raise Finding(
            f"{len(missing)} missing or cut short, the first is {missing[0]}", "Restore from a backup."
        )
    return "every document has its file"


CHECKS: dict[str, Callable[[Config], str]] = {
    "python": _python,
    "data directory": _data_dir,
    "secret key": _secret_key,
    "database": _database,
    "durability": _durability,
    "migrations": _migrations,
    "guards": _guards,
    "inbox": _inbox,
    "warehouse": _warehouse,
    "audit trail": _audit,
    "documents": _attachments,
}
