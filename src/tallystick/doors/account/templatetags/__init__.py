"""Template tags of the account door."""
