"""The shop's own list of orders against what was tracked: what is missing here, and why; what differs; what is more."""
