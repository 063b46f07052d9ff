"""The table of receipts on PostgreSQL; on SQLite they lie in files of their own and there is nothing to do."""

from django.db import migrations

# tx: which transaction wrote the row, so that a reader never passes one that commits late.
RECEIPTS = (
    """
    CREATE TABLE inbox_receipt (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        id uuid NOT NULL UNIQUE,
        brand_id uuid NOT NULL,
        source text NOT NULL,
        kind text NOT NULL,
        key text,
        body bytea NOT NULL,
        envelope text NOT NULL,
        received_us bigint NOT NULL,
        digest bytea NOT NULL,
        repeats integer NOT NULL DEFAULT 0,
        conflict_of uuid,
        erased_us bigint
    )
    """,
    "CREATE INDEX inbox_receipt_in_order ON inbox_receipt (brand_id, tx, seq) INCLUDE (received_us)",
    """
    CREATE UNIQUE INDEX inbox_one_original_per_key ON inbox_receipt (brand_id, source, kind, key)
    WHERE key IS NOT NULL AND conflict_of IS NULL
    """,
    """
    CREATE UNIQUE INDEX inbox_one_evidence_per_body ON inbox_receipt (conflict_of, digest)
    WHERE conflict_of IS NOT NULL
    """,
)


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in RECEIPTS:
            schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TABLE inbox_receipt")


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]

    operations = [migrations.RunPython(make, remove)]
