# Tierstore. `make` lists what there is.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install up down test bench lint format docs

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

install: ## install the pinned tools into .venv, node_modules and build
	@$(PYTHON) -m toolchain install

up: install ## AWS on this machine: start it, deploy `local`, validate it, fail a Redis primary over
	@exec $(PYTHON) -m toolchain up

down: install ## destroy `local` and stop the sandbox
	@exec $(PYTHON) -m toolchain down

lint: install ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

test: lint ## style, types and every test
	$(BIN)/pytest

bench: install ## every benchmark; writes build/bench.json
	$(BIN)/python -m benchmarks

format: install ## rewrite the code in the one style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: install ## renew the generated documents
	$(BIN)/python -m environments schema --write
	$(BIN)/python -m tierstore > build/data-model.md && mv build/data-model.md docs/data-model.md
	$(BIN)/python -m environments access > build/access.md && mv build/access.md docs/access.md
	$(BIN)/python -m monitoring > build/monitoring.md && mv build/monitoring.md docs/monitoring.md
