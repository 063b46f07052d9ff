"""Template tags of the API's page."""
