# Each target sets up what it needs in .venv (scripts/venv.sh); the next call finds it ready.
# Written for POSIX sh and any GNU make from 3.81.

PYTHON ?= python3
UV ?= uv
JOBS ?= 2
ARGS ?=
export PYTHON UV
# Reading the tests in takes twice as long where what was read is not kept.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin

# Folders whose tests `check` leaves to `test`; nearly all of them are marked slow.
SLOW := attacks benchmark browser cli conformance demo doctor interop journeys packaging topologies

# In CI a missing browser is a failure, elsewhere its tests are skipped; so is, with node, npm without a registry.
ifneq ($(filter true 1,$(CI)),)
export BRIDGE_REQUIRE_BROWSER := 1
export BRIDGE_REQUIRE_INTEROP ?= 1
endif

.PHONY: help demo test check lint bench docs texts dist sbom image chart lock clean venv-demo venv-dev
.NOTPARALLEL:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'ARGS go to the command: make demo ARGS=--check, make test ARGS="-k logout"'

demo: venv-demo ## start everything on loopback and print one URL to open
	@$(BIN)/bridge demo $(ARGS)

test: venv-dev ## run every test, browser tests included
	@sh scripts/browser.sh
	@sh scripts/interop.sh
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term:skip-covered --cov-fail-under=$(if $(ARGS),0,93) $(ARGS)

check: lint ## lint, types, import rules and the fast tests (under a minute; make test runs all)
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow and not browser" $(SLOW:%=--ignore=tests/%) $(ARGS)

lint: venv-dev ## the first half of check: lint, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: venv-dev ## run the benchmark
	@$(BIN)/python -m bench $(ARGS)

docs: venv-dev ## write the generated part of docs/ anew
	@$(BIN)/python scripts/documents.py

texts: venv-dev ## bring the catalogues of the pages up to date, and compile them
	@$(BIN)/python scripts/texts.py

dist: venv-dev ## write the wheel into dist/, the same bytes from the same sources
	@sh scripts/dist.sh

sbom: venv-dev ## write dist/bridge-VERSION.cdx.json: what the bridge is made of, by CycloneDX
	@$(BIN)/python scripts/sbom.py

image: ## build the image with buildah, podman or docker, and see that it starts (ARGS: further build options)
	@sh scripts/image.sh $(ARGS)

chart: venv-dev ## render the Helm chart with helm itself (built by go where it is not there)
	@sh scripts/chart.sh
	$(BIN)/python -m pytest -q tests/packaging -k chart

lock: ## write the lock files anew (ARGS=--upgrade to raise versions)
	@sh scripts/lock.sh $(ARGS)
	@sh scripts/interop.sh lock

clean: ## remove .venv, caches and reports
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage* build dist
	find . -name .git -prune -o -name __pycache__ -prune -exec rm -rf {} +

venv-demo:
	@sh scripts/venv.sh demo

venv-dev:
	@sh scripts/venv.sh dev
