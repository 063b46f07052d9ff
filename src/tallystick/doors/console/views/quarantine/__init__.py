"""What could not become an event: found, corrected, replayed, dismissed, taken back."""
