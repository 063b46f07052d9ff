# `make` says what there is. The work itself is in scripts/, one small file for each thing.
# PYTHON names another interpreter (3.11 or newer): make install PYTHON=python3.12

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench torture docs lock clean

PYTHON ?= python3
export PYTHON
BIN := .venv/bin

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: ## Make .venv with what Tallystick needs to run
	@scripts/install runtime

demo: install ## Import a small real dataset, report on it, serve the answer; needs neither root nor apt
	@$(BIN)/tallystick demo

test: ## Everything: check, then the tests on SQLite and on PostgreSQL, then a browser
	@scripts/test

check: ## Style, types and layers, without running the tests
	@scripts/check

bench: ## Measure what the README claims
	@scripts/bench

torture: ## Long seeded tests: kills, shuffles, floods (SECONDS_EACH=600 by default)
	@scripts/torture

docs: ## Write the generated pages of docs/, and the template of all texts
	@scripts/install dev
	@$(BIN)/python -m scripts.generate_docs
	@$(BIN)/python -m scripts.messages

lock: ## Resolve the dependencies anew into requirements*.lock (UPGRADE=1 takes newer versions)
	@scripts/lock

clean: ## Remove .venv and every cache; data/ stays
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests scripts benchmarks -name __pycache__ -prune -exec rm -rf {} +
