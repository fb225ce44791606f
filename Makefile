# Carefloe. `make help` lists the targets.

PYTHON ?= python3.11
CONNECTION ?= sandbox
# Each environment is a database, with the warehouses, roles and integrations that begin with its name.
ENVIRONMENT = prod
DATABASE = $(if $(filter prod,$(ENVIRONMENT)),carefloe,carefloe_$(ENVIRONMENT))
VENV := .venv
BIN := $(VENV)/bin
SANDBOX ?= .sandbox
# The sandbox's settings, unless another connection is asked for.
ENV = if [ "$(CONNECTION)" = sandbox ] && [ -f $(SANDBOX)/env ]; then . $(SANDBOX)/env; fi
SNOW = $(BIN)/snow
TO = -c $(CONNECTION) --env database=$(DATABASE)
SNOW_SQL = $(SNOW) sql $(TO) --enable-templating STANDARD
# Objects that a Standard account does not know stand in one file.
EDITION = enterprise
SQL = $(sort $(if $(filter standard,$(EDITION)),$(filter-out sql/97_enterprise.sql,$(wildcard sql/*.sql)),$(wildcard sql/*.sql)))
BEFORE_PROCEDURES = $(filter-out sql/8% sql/9%,$(SQL))
AFTER_PROCEDURES = $(filter sql/8% sql/9%,$(SQL))
# Rows wait in their streams meanwhile: the next deployment goes on from there.
STOPPED = { echo "The deployment to $(DATABASE) stopped: task graphs it has suspended stay suspended, no row is lost." \
	"Mend the cause, then run it again: make deploy CONNECTION=$(CONNECTION) DATABASE=$(DATABASE) EDITION=$(EDITION)"; exit 1; } >&2

ifeq ($(filter dev test prod,$(ENVIRONMENT)),)
$(error ENVIRONMENT is dev, test or prod, not "$(ENVIRONMENT)")
endif
ifeq ($(filter standard enterprise,$(EDITION)),)
$(error EDITION is standard or enterprise, not "$(EDITION)")
endif

.DEFAULT_GOAL := help
.PHONY: help install demo test dashboard report conformance conformance-table lint bench deploy plan teardown clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

install: $(VENV)/installed ## Make .venv with everything this project needs

$(VENV)/installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it or set PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[programs,sandbox,dashboard,dev]'
	@touch $@

demo: ## Run the whole path on this machine: sandbox, deploy, 100,000 events, KPIs
	@start=$$(date +%s) && $(MAKE) --no-print-directory install \
		&& $(BIN)/python -m sandbox.demo --install-seconds $$(($$(date +%s) - start))

test: install ## Run all tests
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=15

conformance: install ## Try the documented behaviour on the sandbox, and on CONNECTION too
	@CONFORMANCE_CONNECTION=$(filter-out sandbox,$(CONNECTION)) $(BIN)/pytest tests/conformance

conformance-table: install ## Write the table of docs/conformance.md from the cases
	@PYTHONPATH=tests $(BIN)/python -m support.conformance_table

lint: install ## Check style, types, SQL, container and workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint sql
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

bench: install ## Measure: ratios within one run, medians of several
	$(BIN)/python -m benchmarks

deploy: install ## Deploy to CONNECTION (default: the sandbox) and ENVIRONMENT (dev, test or prod)
	@echo "Objects of $(DATABASE): $(BEFORE_PROCEDURES)"
	@$(ENV); $(SNOW_SQL) $(addprefix -f ,$(BEFORE_PROCEDURES)) > /dev/null || $(STOPPED)
	@echo "Procedures: snowpark/"
	@$(ENV); $(SNOW) snowpark build --env database=$(DATABASE) > /dev/null || $(STOPPED)
	@$(ENV); $(SNOW) snowpark deploy --replace $(TO) || $(STOPPED)
	@echo "Tasks and views: $(AFTER_PROCEDURES)"
	@$(ENV); $(SNOW_SQL) $(addprefix -f ,$(AFTER_PROCEDURES)) > /dev/null || $(STOPPED)
	@echo "Dashboard: dashboard/"
	@$(ENV); $(SNOW) streamlit deploy dashboard --project $(CURDIR)/dashboard --replace $(TO) --role $(DATABASE)_dashboard > /dev/null || $(STOPPED)
	@$(ENV); $(SNOW) sql $(TO) --role $(DATABASE)_admin > /dev/null \
		-q "grant usage on streamlit $(DATABASE).app.dashboard to role $(DATABASE)_reporter" || $(STOPPED)

plan: install ## Print what `deploy` would change there; changes nothing
	@$(ENV); $(BIN)/python -m deploy plan --connection $(CONNECTION) --database $(DATABASE) $(SQL)

teardown: install ## Drop the database and all that `deploy` made for it; asks first
	@$(ENV); $(BIN)/python -m deploy teardown --connection $(CONNECTION) --database $(DATABASE) $(SQL)

dashboard: install ## Open the dashboard on CONNECTION in a browser
	@$(ENV); cd dashboard && SNOWFLAKE_DEFAULT_CONNECTION_NAME=$(CONNECTION) $(abspath $(BIN))/streamlit run streamlit_app.py

report: install ## Write output/report.html: the numbers of CONNECTION as charts
	@$(ENV); $(BIN)/python dashboard/report.py --connection $(CONNECTION)

clean: ## Stop the sandbox and remove what was made, its data included
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m sandbox down || true; fi
	rm -rf $(VENV) $(SANDBOX) output snowpark.zip *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
