"""The pages of every noun: its list, one of it, its form, its acts, its files. `addresses` makes their addresses."""
