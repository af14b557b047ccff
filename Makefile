# `make demo` and `make test` need nothing else typed: they make .venv and see to the Debian packages themselves.
# Variables: PYTHON (what .venv is made with), WORKERS (how many tests run at once), PYTEST_ARGS (more for pytest).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
RUN := $(BIN)/python
STAGE := packaging/stage.sh
REPORTS := build/reports
WORKERS ?= 4
# Measuring coverage costs every test time: only those that prove the rules one by one are measured.
RULES := $(wildcard tests/unit/test_domain_*.py) $(addprefix tests/unit/test_,cases.py rules.py)
PYTEST_ARGS ?=
# A session bus, a screen and the packages' own settings are each script's and each test's own affair.
SCRIPT := PYTHONPATH=tests $(RUN)
# Without bytecode every worker, and every program that a test starts, would compile everything anew.
PYTEST = env -u PYTEST_ADDOPTS -u PYTHONDONTWRITEBYTECODE $(RUN) -m pytest \
    --numprocesses $(WORKERS) --durations=8 --durations-min=3 $(PYTEST_ARGS)

.PHONY: help demo test rules unit desktop-tests bench screenshots lint format lock catalogues clean
.PHONY: setup-run setup-desktop setup-all

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup-run:
	@packaging/setup.sh run

setup-desktop:
	@packaging/setup.sh run desktop

setup-all:
	@packaging/setup.sh run desktop check

ifneq ($(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname)),)
demo: setup-run ## play a whole outage, with the bell in your tray (without a screen: on a virtual one)
	@$(BIN)/tocsin demo
else
demo: setup-desktop
	@$(SCRIPT) packaging/demo_headless.py
endif

test: setup-all lint rules unit desktop-tests ## check everything, as CI does

lint: setup-all ## check style, types, layers and catalogues
	@$(STAGE) "style" $(BIN)/ruff check .
	@$(STAGE) "format" $(BIN)/ruff format --check --quiet .
	@$(STAGE) "types" env MYPYPATH=src:tests $(BIN)/mypy --strict --follow-imports=silent src packaging
	@$(STAGE) "layers" $(BIN)/lint-imports --no-cache
	@$(STAGE) "catalogues" $(RUN) packaging/catalogues.py check
	@$(STAGE) "desktop entry" desktop-file-validate resources/app.tocsin.Tocsin.desktop
	@$(STAGE) "metainfo" appstreamcli validate --no-net resources/app.tocsin.Tocsin.metainfo.xml

rules: setup-all ## run the tests of the rules, which they cover in every branch
	@mkdir -p $(REPORTS)
	@$(STAGE) --plain "tests of the rules" $(PYTEST) $(RULES) --junitxml=$(REPORTS)/rules.xml \
	    --cov --cov-report=term --cov-fail-under=100

unit: setup-all ## run the other tests that need no screen
	@mkdir -p $(REPORTS)
	@$(STAGE) --plain "tests" $(PYTEST) --dist worksteal tests/peers tests/unit $(RULES:%=--ignore=%) \
	    --junitxml=$(REPORTS)/unit.xml

# Most of these wait for what they look at: with more of them at once the processor does not.
desktop-tests: WORKERS = 6
desktop-tests: setup-all ## run the tests on a virtual desktop
	@mkdir -p $(REPORTS)
	@$(STAGE) --plain "desktop tests" $(PYTEST) --dist loadfile --no-loadscope-reorder tests/desktop \
	    --junitxml=$(REPORTS)/desktop.xml

bench: setup-all ## compare what Tocsin costs with the least that a PySide6 tray costs
	@$(SCRIPT) packaging/bench.py

screenshots: setup-desktop ## take the README's pictures again
	@$(SCRIPT) packaging/screenshots.py

format: setup-all ## put the code into its form
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --upgrade --group dev pyproject.toml --output-file requirements.lock

catalogues: setup-run ## bring the translations up to date with the sentences in the code
	@$(RUN) packaging/catalogues.py update

clean: ## remove everything that was made
	@rm -rf .venv build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
	@find resources -name '*.mo' -delete
