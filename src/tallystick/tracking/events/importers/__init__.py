"""Files to receipts, and rows to events: reading a file loses nothing, a mapping says what its rows mean."""
