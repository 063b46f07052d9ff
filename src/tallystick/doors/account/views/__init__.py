"""One module for each page of the account door."""
