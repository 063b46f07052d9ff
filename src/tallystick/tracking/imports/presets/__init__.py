"""Mappings for exports of other platforms, a TOML file for each; `catalog` reads them, `fitting` fits them to files."""
