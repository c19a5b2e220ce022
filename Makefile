# Everything that a newcomer needs: `make demo`, `make test`. The rest is for those who change the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
WORKERS ?= 2
PAGES ?= ../shared/corpus/pages
# Tests start hundreds of processes; each would compile our modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint fix soak bench train peers lock wheel vendor screenshots clean

demo: $(RUN)
	rm -rf demo-archive
	$(BIN)/newsarchive demo --directory demo-archive

# `make test COVER=1` also measures how much of the code the tests run.
test: $(DEV) lint
	$(if $(COVER),$(BIN)/coverage erase)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(if $(COVER),--cov --cov-report=)
	$(if $(COVER),$(BIN)/coverage report)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The whole suite at full size; `make test` runs seeded samples of the long trials.
soak: $(DEV)
	NEWSARCHIVE_SOAK=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

bench: $(DEV)
	$(BIN)/python -m bench.pipeline
	@if [ -d $(PAGES) ]; then $(BIN)/python -m bench.extraction $(PAGES) --sets; else echo "left out: bench.extraction needs $(PAGES)" >&2; fi

# Trains the body's classifier again, on the pages that the benchmark reads; prints what it reaches on hosts unseen.
train: $(DEV)
	$(PYTHON) -m venv $(VENV)/train
	$(VENV)/train/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock -r bench/train.lock
	$(VENV)/train/bin/python -m bench.train_body $(PAGES)

# The environments of the parser's peers; bench.extraction makes what is missing by itself.
peers: $(DEV)
	$(BIN)/python -m bench.peers

# Pins every version with its hashes; names no index.
lock: $(DEV)
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --group dev -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --extra notify --group container -o requirements-container.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o tests/e2e/scrapyd.lock tests/e2e/scrapyd.in
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o tests/e2e/replay.lock tests/e2e/replay.in
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o tests/e2e/datasette1.lock tests/e2e/datasette1.in
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o tests/e2e/beside.lock tests/e2e/beside.in
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -c requirements-dev.lock -o bench/train.lock bench/train.in
	@set -e; for peer in bench/peers/*.in; do $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o "$${peer%.in}.lock" "$$peer"; done

# The library behind the plots, from pinned packages; what comes out is committed. `make vendor PIN=1` after a change of one.
vendor:
	cd vendor && npm ci --ignore-scripts --no-audit --no-fund
	cd vendor && node_modules/.bin/esbuild d3.js --bundle --minify --format=iife --global-name=d3 --target=es2022 --legal-comments=none --outfile=../archive/datasette_plugin/static/d3.min.js
	cd vendor && for each in node_modules/d3-*/LICENSE node_modules/internmap/LICENSE; do echo "== $$(basename "$$(dirname "$$each")")"; cat "$$each"; echo; done > ../archive/datasette_plugin/static/d3.min.js.txt
	$(if $(PIN),sha256sum archive/datasette_plugin/static/d3.min.js* > vendor/SHA256SUMS)
	sha256sum --check --quiet vendor/SHA256SUMS

wheel: $(DEV)
	$(BIN)/python -m build --no-isolation --wheel

# The pictures of the docs, of every page of the reading room and of the tour; Chromium must be there.
screenshots: $(DEV)
	PYTHONPATH=. $(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV) demo-archive build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "newsarchive needs Python 3.11 or newer; name one: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing; install it first (Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(DEV): requirements-dev.lock $(RUN)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@
