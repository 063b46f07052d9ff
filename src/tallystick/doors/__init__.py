"""Where people and programs come in: each door is a package, knows the house below, and no other door.

A door turns a question into calls of services and queries and their answers into a page, a table or JSON. It
decides nothing about money or measurement.
"""
