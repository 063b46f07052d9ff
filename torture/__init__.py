"""Long, seeded tests that kill processes and cut power at random: `make torture`. Results add up in results.tsv."""
