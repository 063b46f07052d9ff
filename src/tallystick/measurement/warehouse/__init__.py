"""Facts as columns: Parquet files, the manifest that names them, and the engine that reads them.

Reads: what modules publish (`rules.FactSource`). Writes: files under the warehouse directory and the manifest in the
main database. Guarantees: a reader sees a published day whole, before or after, never between; only
files that the manifest names are read; a crash at any point leaves at most files that nobody names,
which `services.sweep` removes. Specified in docs/explain/warehouse.md (WH-*).
"""
