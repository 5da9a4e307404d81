# Everything sets itself up in .venv; no target needs another command first.
PYTHON ?= python3
BIN := .venv/bin
ONCE ?=
CHECK ?=
ARGS ?=
PYTEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test nightly check bench offline lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp ## Start the whole line here (ONCE=1: one scripted call, then stop)
	@$(BIN)/activation-line run $(if $(ONCE),--once) $(ARGS)

test: .venv/dev.stamp ## Run the tests; installs what they need
	@$(PYTHON) .ci/install_test_needs.py
	@# What Python makes of a module once serves every process that the tests start.
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup $(ARGS)

nightly: .venv/dev.stamp ## Test thoroughly: 200,000 sequences of calls, and 10,000 callers
	@NIGHTLY=1 $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --timeout 0 \
		tests/ivr/test_voice_sequences.py tests/scripted_calls/test_population.py $(ARGS)

check: .venv/dev.stamp ## Lint, formatting, types and spelling
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy -p bench
	@$(BIN)/mypy hatch_build.py .ci/install_test_needs.py .ci/make_offline.py
	@$(BIN)/codespell

bench: .venv/dev.stamp ## Measure (CHECK=1: fail where a ratio misses its goal)
	@$(BIN)/python -m bench $(if $(CHECK),--check) $(ARGS)

offline: .venv/dev.stamp ## Build dist/offline: a license server for a machine without any network
	@$(BIN)/python .ci/make_offline.py dist/offline $(ARGS)

lock: ## Pin the newest releases that fit, with hashes (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -q -o requirements/run.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/dev.lock

clean: ## Remove the environment, caches and built files
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	rm -rf agent_console/static/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@echo "Making the environment in .venv ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %s. Say which: make run PYTHON=python3.12" % sys.version.split()[0])'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "$(PYTHON) can't make environments: install its venv module (python3-venv, say)." >&2; \
		exit 1; }

.venv/run.stamp: .venv/bin/python requirements/run.lock pyproject.toml hatch_build.py package-lock.json
	@echo "Installing what the line needs (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@echo "Building the line itself ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.lock
	@echo "Installing what tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@
