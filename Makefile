# The verbs of this project. Every one does the set-up that it needs: Python 3.11 or later and make are enough.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TRAINED := .venv/.trainer-installed
# What is compiled where there is a C compiler.
COMPILED := hatch_build.py $(wildcard scraper/*.pyx scraper/extraction/*.pyx)

.PHONY: setup fmt check test test-all bench floors flame train demo docs clean

setup: $(STAMP)

$(STAMP): pyproject.toml $(COMPILED)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(STAMP)

fmt: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py tests/test_public_api.py tests/test_docs.py

test: setup
	$(BIN)/python -m pytest -n 2 -m 'not slow'

# The slow ones, too: kills, faults, a wheel in an empty environment.
test-all: setup
	$(BIN)/python -m pytest -n 2

# Quality and speed on annotated pages, which are not part of this project: see docs/model.md.
bench: setup
	$(BIN)/python -m benchmarks.quality --check
	$(BIN)/python -m benchmarks.cleanliness
	$(BIN)/python -m benchmarks.text
	$(BIN)/python -m benchmarks.touches --check
	$(BIN)/python -m benchmarks.matching
	$(BIN)/python -m benchmarks.site_memory
	$(BIN)/python -m benchmarks.speed

floors: setup
	$(BIN)/python -m benchmarks.quality --check

# Where the time goes, as a picture: benchmarks/out/flame.svg.
flame: setup
	$(BIN)/python -m pip install --quiet 'py-spy>=0.4'
	mkdir -p benchmarks/out
	$(BIN)/py-spy record --output benchmarks/out/flame.svg -- $(BIN)/python -m benchmarks.speed

# One thread for matrices: the same sums, and so the same models.
train: export OPENBLAS_NUM_THREADS := 1
train: $(TRAINED)
	$(BIN)/python -m benchmarks.training.train
	$(BIN)/python -m benchmarks.training.quality
	$(BIN)/python -m benchmarks.training.train_lines

$(TRAINED): $(STAMP)
	$(BIN)/python -m pip install --quiet --editable '.[dev,train]'
	touch $(TRAINED)

# A small news site on loopback, and the articles that the scraper makes of it.
demo: setup
	$(BIN)/python fixtures/demo.py

# Write the pages of docs/ that are made from the code.
docs: setup
	$(BIN)/python docs/generate.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
