# make demo: a cited answer in the terminal, then the chat at http://127.0.0.1:7860
# make test: all checks and tests; make check: formatting, lint, types and layering alone
# make quality DATA=DIR: whether answers got worse; DIR holds the data sets that MODEL_CARD.md names
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

demo: .venv/installed
	$(BIN)/onrecord add --demo
	$(BIN)/onrecord ask "what did Lavrov deny?"
	$(BIN)/onrecord serve

test: check debian
	$(BIN)/pytest
	$(BIN)/pytest -m real

check: .venv/installed-for-tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

quality: .venv/installed-for-tests
	$(BIN)/python -m benchmarks.quality $(if $(DATA),--data "$(DATA)")

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	@echo "Installing what is needed into .venv (about 2 GB, a minute or more) …"
	$(PIP) --editable .
	@touch $@

.venv/installed-for-tests: .venv/installed
	$(PIP) --editable ".[benchmarks,dev]"
	@touch $@

debian:
	@PATH="$$PATH:/usr/sbin"; command -v chromium >/dev/null && command -v nginx >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends chromium nginx-light >/dev/null; } \
	  || echo "There is no chromium or no nginx on this machine: the tests that need them are skipped."

.PHONY: demo test check quality debian
