# 丝路e宝: every command of the house. `make` alone lists them.
PY ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
RUNNER := $(BIN)/python -m silk_road_ebao.runner --with-parent
PYTEST_WORKERS ?= 2

ifneq ($(STATE),)
export EBAO_STATE := $(abspath $(STATE))
endif
unexport STATE CMD ARGS

.DEFAULT_GOAL := help
.PHONY: help demo test check manage bench lock screenshots clean install install-dev install-bench

help: ## list these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:
	@$(if $(PY),,echo "Python 3.11 is needed and there is no python3 on the path." >&2; exit 2;) \
	$(PY) -I silk_road_ebao/runner/install.py demo

install-dev:
	@$(if $(PY),,echo "Python 3.11 is needed and there is no python3 on the path." >&2; exit 2;) \
	$(PY) -I silk_road_ebao/runner/install.py dev

install-bench:
	@$(if $(PY),,echo "Python 3.11 is needed and there is no python3 on the path." >&2; exit 2;) \
	$(PY) -I silk_road_ebao/runner/install.py bench

demo: install ## everything on this machine, until Ctrl-C (PORT=8000, STATE=var)
	@exec $(RUNNER) demo

test: install-dev ## the tests on throw-away services (ARGS="tests/payments -x")
	@exec $(RUNNER) run --files -- $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal -q $(ARGS)

check: install-dev ## style, types, contracts, migrations, translations, then the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(RUNNER) catalogues
	$(RUNNER) run -- $(BIN)/python manage.py makemigrations --check --dry-run
	@$(MAKE) --no-print-directory test

manage: install ## a management command: make manage CMD="market_day" [STATE=dir]
	@exec $(RUNNER) manage -- $(CMD)

bench: install-bench ## measure, print a table, write var/bench.json
	@exec $(RUNNER) run --durable -- $(BIN)/python -m tests.bench $(ARGS)

screenshots: install-dev ## take the screenshots of the README anew
	@exec $(RUNNER) run --files -- $(BIN)/python -m tests.screenshots $(ARGS)

lock: install-dev ## choose the newest allowed versions and lock them by hash
	@set -e; compile="$(BIN)/uv pip compile --system-certs --quiet --upgrade --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header"; \
	$$compile pyproject.toml -o requirements.lock; \
	$$compile pyproject.toml --extra dev -o requirements-dev.lock -c requirements.lock; \
	$$compile pyproject.toml --extra dev --extra bench -o requirements-bench.lock -c requirements-dev.lock; \
	echo uv | $$compile - -o bootstrap.lock

clean: ## remove the data folder and everything made from the code, .venv excepted
	@if [ -x $(BIN)/python ]; then $(RUNNER) clean; fi
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
