# What a newcomer, CI and a release do, each by one word. Needs Python 3.11+, make and git, and a network for the
# first install; everything else goes into .venv from the committed lock.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Names of executables only, and every path relative: the checkout may live anywhere, in a folder with spaces too.
PYTHON ?= $(firstword $(foreach candidate,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(candidate) -c 'import sys; sys.version_info >= (3, 11) and print("$(candidate)")' 2>/dev/null)))
BIN := .venv/bin
UV := $(BIN)/uv
# The lock says which uv wrote it; that one reads it.
UV_VERSION := $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)
INSTALLED := .venv/.installed
# One more than there are processors, as tests wait for programs and sockets; Polars' own threads would only be in their way.
# They steal from each other: the last hundred tests that one is given may take it minutes, and the others would look on.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Images of Python often say so; every process that is started would then compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE
PYTEST_ARGS ?=
CRASH_ARGS ?=

.PHONY: help install demo test histories crash-test check audit bench dist wheel-check clean distclean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## Create .venv from the committed lock

demo: $(INSTALLED) ## Run a whole night on the embedded demo company, posting nothing
	@$(BIN)/cssync run --dry

test: $(INSTALLED) ## Run the whole suite, PostgreSQL included; PYTEST_ARGS="-k slack" narrows it
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal $(PYTEST_ARGS)

histories: $(INSTALLED) ## Try 1,000 random histories of a CRM, night by night, some killed; takes half an hour
	CSSYNC_HISTORIES=500 $(BIN)/python -m pytest -n 2 --timeout 0 -o log_level=ERROR tests/connectors/histories

crash-test: $(INSTALLED) ## Kill 1,000 deliveries at every step while Slack fails; prints how often each message is there
	$(BIN)/python -m tests.notify.crashes.matrix $(CRASH_ARGS)

check: $(INSTALLED) ## Lint, types, import layers, config schema and lock up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cssync config schema | diff -u config/cssync.schema.json - \
		|| { echo 'config/cssync.schema.json is behind the settings. Mend it: $(BIN)/cssync config schema > config/cssync.schema.json' >&2; exit 1; }
	$(UV) lock --check

audit: $(INSTALLED) ## Look the locked packages up in the lists of known vulnerabilities
	.ci/audit

bench: $(INSTALLED) ## Measure speed and memory; prints a table
	$(BIN)/python tests/benchmarks/run.py

dist: $(INSTALLED) ## Build dist/: the sdist, and the wheel from that sdist
	rm -rf dist
	$(UV) build --no-build-isolation --out-dir dist

wheel-check: dist ## Install the wheel in an empty environment and run the demo from it alone
	.ci/wheel-check

clean: ## Remove what was built and cached; .venv stays
	rm -rf dist build .coverage* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## Also remove .venv
	rm -rf .venv

# The stamp is younger than the lock exactly when .venv holds what the lock says, so a second install does nothing.
$(INSTALLED): uv.lock pyproject.toml
	@PYTHON='$(PYTHON)' UV_VERSION='$(UV_VERSION)' .ci/bootstrap
	$(UV) sync --locked --all-extras --quiet
	@touch $@
