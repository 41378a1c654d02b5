PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: install run test lint words screenshots bench year lock wheel

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

run: install ## load the sample city and serve it on http://127.0.0.1:8000
	$(BIN)/consign --region 64.71 demo
	$(BIN)/consign --region 64.71 serve

test: install ## everything that must hold before a change lands
	$(MAKE) --jobs 2 --output-sync lint wheel
	$(BIN)/python -m pytest

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: install ## the wheel, without any development package, answers
	rm -rf dist build/wheel-venv
	$(BIN)/python -m hatchling build -t wheel -d dist
	$(PYTHON) -m venv build/wheel-venv
	sed -n 's/^\([a-zA-Z0-9].*[^ \\]\) *\\$$/\1/p' requirements.lock > build/constraints.txt
	build/wheel-venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -c build/constraints.txt dist/*.whl
	cd build && wheel-venv/bin/consign --help > /dev/null && wheel-venv/bin/consign sales --help > /dev/null

words: install ## take new messages into the Indonesian catalogue; the translations are written by hand
	$(BIN)/python -m tests.words

screenshots: install ## pictures of the key pages, in screenshots/
	$(BIN)/python -m tests.browser.screenshots

bench: install ## posting against a bare COPY, closing against a bare GROUP BY, goods in stores, bank lines against open statements in memory and on their whole way, the exported ledger, sales files of all kinds, pages under load (needs wrk), papers, numbers, labels, statements, a year of a city
	$(BIN)/python -m tests.bench.posting
	$(BIN)/python -m tests.bench.posting --standing 0 --each 20
	$(BIN)/python -m tests.bench.stock
	$(BIN)/python -m tests.bench.journal
	$(BIN)/python -m tests.bench.continuity
	$(BIN)/python -m tests.bench.matching
	$(BIN)/python -m tests.bench.banking
	$(BIN)/python -m tests.bench.text_files
	$(BIN)/python -m tests.bench.workbooks
	$(BIN)/python -m tests.bench.volume
	$(BIN)/python -m tests.bench.damage
	$(BIN)/python -m tests.bench.fuzz
	$(BIN)/python -m tests.bench.pages
	$(BIN)/python -m tests.bench.reading
	$(BIN)/python -m tests.bench.papers
	$(BIN)/python -m tests.bench.numbers
	$(BIN)/python -m tests.bench.labels
	$(BIN)/python -m tests.bench.statements
	$(BIN)/python -m tests.bench.year

year: install ## a year of a city beside an independent recomputation: to the rupiah, within twenty minutes on two cores
	$(BIN)/python -m tests.bench.year

lock: ## pin the newest versions that fit pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --output-file requirements.lock
