"""The composition root: configuration, Django settings, and the processes that run the house.

Reads the environment and one TOML file; writes the generated secret key. Nothing below ``doors`` imports it.
"""
