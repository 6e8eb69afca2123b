# Everything a developer types. Nothing here is needed to run the program in production: that is `manage.py serve`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
SIZE ?= fair

# A stamp is named after its lock's content: a changed lock is a missing stamp, and a second call has nothing to do.
stamp = .venv/.$(1)-$(firstword $(shell cat requirements/$(1).txt requirements/uv.txt | cksum))
BASE := $(call stamp,base)
DEV := $(call stamp,dev)

.PHONY: help setup dev demo test coverage check bench screens browser lock fmt

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: $(BASE) ## .venv with the locked dependencies

dev: $(DEV) ## .venv with what developers need on top

demo: setup ## load the demonstration fair and start everything (PORT=8000 SIZE=small|fair|large)
	@export PORT=$(PORT) SITE_URL="$${SITE_URL:-http://localhost:$(PORT)}"; exec $(BIN)/python manage.py demo --size $(SIZE)

bench: dev ## the benchmarks, as a table and in var/bench.json
	@$(BIN)/python -m bench

screens: dev ## the README's pictures again, in docs/screens/
	@$(BIN)/python -m tests.system chromium
	@$(BIN)/python -m tests.screens

test: dev ## every test: on SQLite, in a browser, and the database's again on PostgreSQL
	@$(BIN)/python -m tests.system
	$(BIN)/python -m pytest -q -n auto -m "not e2e"
	$(if $(wildcard tests/e2e/test_*.py),$(BIN)/python -m pytest -q -m e2e)
	$(BIN)/python -m tests.engines postgres -- $(BIN)/python -m pytest -q -n auto -m engine

coverage: dev ## which lines and branches of rules and core no test runs: at least 95 % must be
	@$(BIN)/python -m tests.system
	$(BIN)/python -m pytest -q -n auto -m "not e2e" --cov

check: dev ## format, lint, types, imports, migrations, OpenAPI, translations
	@$(BIN)/python -m tests.system gettext
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet backend badges checkin events
	$(BIN)/bandit -q -ll -ii -c pyproject.toml -r backend badges checkin events
	@export VAR_DIR="$$(mktemp -d)"; trap 'rm -rf "$$VAR_DIR"' EXIT; set -x; \
	$(BIN)/mypy; \
	$(BIN)/python manage.py check --fail-level WARNING; \
	$(BIN)/python manage.py makemigrations --check --dry-run; \
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file "$$VAR_DIR/openapi.yml"
	$(BIN)/python -m pytest -q tests/test_translations.py

fmt: dev ## write the code as `make check` wants it
	$(BIN)/ruff check --fix-only --exit-zero .
	$(BIN)/ruff format .

browser: node_modules/.package-lock.json ## scripts and stylesheets again, in backend/static/dist/ (only this needs Node)
	node backend/static/build.mjs

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
lock: dev ## pin the dependencies of pyproject.toml again, with hashes and without addresses (UPGRADE=--upgrade)
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements/base.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev --constraint requirements/base.txt --output-file requirements/dev.txt
	echo uv | $(COMPILE) $(UPGRADE) - --constraint requirements/dev.txt --output-file requirements/uv.txt

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 18 or newer (Debian: nodejs npm)"; exit 1; }
	@npm ci --no-audit --no-fund
	@touch $@

# uv is ten times as fast; where only pip knows the way to the packages, pip it is.
define INSTALL
@$(BIN)/uv --quiet pip install --python $(BIN)/python --require-hashes -r $(1) \
	|| { echo "uv could not; trying pip"; $(BIN)/python -m pip install --quiet --require-hashes -r $(1); }
@rm -f $(2)*
@touch $@
endef

$(BASE): | $(BIN)/uv
	$(call INSTALL,requirements/base.txt,.venv/.base-)

$(DEV): | $(BIN)/uv
	$(call INSTALL,requirements/dev.txt,.venv/.dev-)

$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null \
		|| { echo "$(PYTHON) is missing: install Python 3.11 or newer (Debian: python3)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$$($(PYTHON) -V) is too old: Python 3.11 or newer is needed; name one with PYTHON="; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make a virtual environment: install its venv (Debian: python3-venv)"; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
