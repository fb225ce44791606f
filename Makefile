# Carefloe. `make help` lists the targets.

PYTHON ?= python3.11
CONNECTION ?= sandbox
VENV := .venv
BIN := $(VENV)/bin
SANDBOX ?= .sandbox
# The sandbox's settings, unless another connection is asked for.
ENV = if [ "$(CONNECTION)" = sandbox ] && [ -f $(SANDBOX)/env ]; then . $(SANDBOX)/env; fi
SNOW = $(BIN)/snow
SNOW_SQL = $(SNOW) sql -c $(CONNECTION) --enable-templating STANDARD
BEFORE_PROCEDURES = $(sort $(filter-out sql/8% sql/9%,$(wildcard sql/*.sql)))
AFTER_PROCEDURES = $(sort $(wildcard sql/8*.sql sql/9*.sql))

.DEFAULT_GOAL := help
.PHONY: help install demo test conformance conformance-table lint bench deploy clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

install: $(VENV)/installed ## Make .venv with everything this project needs

$(VENV)/installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it or set PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[programs,sandbox,dev]'
	@touch $@

demo: ## Run the whole path on this machine: sandbox, deploy, 100,000 events, KPIs
	@start=$$(date +%s) && $(MAKE) --no-print-directory install \
		&& $(BIN)/python -m sandbox.demo --install-seconds $$(($$(date +%s) - start))

test: install ## Run all tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

conformance: install ## Try the documented behaviour on the sandbox, and on CONNECTION too
	@CONFORMANCE_CONNECTION=$(filter-out sandbox,$(CONNECTION)) $(BIN)/pytest tests/conformance

conformance-table: install ## Write the table of docs/conformance.md from the cases
	@PYTHONPATH=tests $(BIN)/python -m support.conformance_table

lint: install ## Check style, types and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint sql

bench: install ## Measure: ratios within one run, medians of several
	$(BIN)/python -m benchmarks

deploy: install ## Deploy to CONNECTION (default: the sandbox)
	@echo "Objects: $(BEFORE_PROCEDURES)"
	@$(ENV); $(SNOW_SQL) $(addprefix -f ,$(BEFORE_PROCEDURES)) > /dev/null
	@echo "Procedures: snowpark/"
	@$(ENV); $(SNOW) snowpark build > /dev/null
	@$(ENV); $(SNOW) snowpark deploy --replace -c $(CONNECTION)
	@echo "Tasks and views: $(AFTER_PROCEDURES)"
	@$(ENV); $(SNOW_SQL) $(addprefix -f ,$(AFTER_PROCEDURES)) > /dev/null

clean: ## Stop the sandbox and remove what was made, its data included
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m sandbox down || true; fi
	rm -rf $(VENV) $(SANDBOX) output snowpark.zip *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
