"""Files on their way in: brought, mapped, tried, imported, reconciled; mappings, unknown names, orders of the shop."""
