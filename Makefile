# What a person needs to try, test and run Otvet: Python 3.11 or newer with pip, and make.

PYTHONS := python3 python3.11 python3.12 python3.13 python3.14 python
VENV := .venv
PYTHON := $(VENV)/bin/python
CONFIG ?= config.toml
ARGS ?=
TIME ?= 60
# Some shells export HOST and PORT for purposes of their own: only what is said on make's command line counts.
asked_PORT = $(if $(filter command line,$(origin PORT)),$(PORT))
asked_HOST = $(if $(filter command line,$(origin HOST)),$(HOST))
# One more than there are cores: a test often waits for a server of its own.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 )))

.DEFAULT_GOAL := help
.PHONY: help install demo screenshots test coverage bench bench-rules bench-mail bench-report bench-search bench-page lint fuzz run pins clean

help:
	@echo "make demo      the whole desk on one page in the browser (PORT=, HOST=); TERMINAL=1 tells it in the terminal, KEEP=1 leaves that running"
	@echo "make test      everything that is promised, checked"
	@echo "make coverage  the same, with which lines were reached; takes twice as long"
	@echo "make run       the real desk with CONFIG=config.toml"
	@echo "make install   only the virtual environment in .venv"
	@echo "make bench     how quick the desk is here, beside a baseline; figures, no verdict"
	@echo "make bench-rules how quickly a thousand rules decide, beside a plain walk over as many expressions"
	@echo "make bench-mail how quickly mail becomes tickets, beside django-helpdesk (needs Dovecot and root; COUNT=, GROWTH=)"
	@echo "make bench-report how long reports take beside a long history, and how long the desk is held up (COUNT=)"
	@echo "make bench-search how quickly words are found beside a plain scan (COUNT=1000000; ENGINE=postgres)"
	@echo "make bench-page how soon the demo's page is there and shows what happens, how smoothly it scrolls (needs Chromium; COUNT=)"
	@echo "make screenshots the README's pictures, taken anew of the real page (needs Chromium)"
	@echo "make lint      ruff, mypy and the import contracts alone"
	@echo "make fuzz      TIME=60 seconds of mail that nobody would write, looking for what it breaks"
	@echo "make clean     remove .venv and what tools left behind; data/ stays"

install: $(VENV)/installed

# What comes as source alone (dkimpy) is built with the pinned setuptools and not with whichever is newest.
# Where Debian leaves ensurepip out, the pip that is there installs into the new environment.
$(VENV)/installed: pyproject.toml requirements.txt
	@set -e; \
	for python in $(PYTHONS); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then echo "Otvet needs Python 3.11 or newer, and none of these is: $(PYTHONS)." >&2; exit 1; fi; \
	if [ -x $(PYTHON) ] && $(PYTHON) -m pip --version >/dev/null 2>&1; then pip="$(PYTHON) -m pip"; \
	elif $$found -c 'import ensurepip' >/dev/null 2>&1; then $$found -m venv $(VENV); pip="$(PYTHON) -m pip"; \
	elif $$found -m pip --version >/dev/null 2>&1; then $$found -m venv --without-pip $(VENV); pip="$$found -m pip --python $(PYTHON)"; \
	else echo "$$found has no pip. On Debian and Ubuntu: apt install python3-venv." >&2; exit 1; fi; \
	echo "Installing into $(VENV) with $$($$found --version) …"; \
	sed -n '/^setuptools==/,/[^\\]$$/p' requirements.txt >$(VENV)/setuptools.txt; \
	$$pip install --quiet --disable-pip-version-check --require-hashes --requirement $(VENV)/setuptools.txt; \
	$$pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation --requirement requirements.txt; \
	$$pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install
	@$(PYTHON) -m desk demo $(if $(KEEP),--keep) $(if $(filter 1 yes,$(TERMINAL)),--terminal) $(if $(filter 1 yes,$(PAGE)),--page) \
	  $(if $(asked_PORT),--port $(asked_PORT)) $(if $(asked_HOST),--host $(asked_HOST)) $(ARGS)

screenshots: install
	@$(PYTHON) -m tests.page.pictures

test: install
	@$(PYTHON) -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal $(ARGS)

# Apart from `test`: counting lines doubles the time that the tests take.
coverage: install
	@$(PYTHON) -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal --cov $(ARGS)

bench: install
	@PYTHONPATH=. $(PYTHON) tests/bench/desk.py

bench-rules: install
	@$(PYTHON) -m tests.bench.rules

bench-mail: install
	@COUNT=$(COUNT) GROWTH=$(GROWTH) $(PYTHON) -m tests.bench.mail

bench-report: install
	@COUNT=$(COUNT) $(PYTHON) -m tests.bench.report $(ARGS)

bench-search: install
	@COUNT=$(COUNT) ENGINE=$(ENGINE) $(PYTHON) -m tests.bench.search

bench-page: install
	@COUNT=$(COUNT) $(PYTHON) -m tests.bench.page

lint: install
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports

fuzz: install
	@set -e; \
	if ! $(PYTHON) -c 'import atheris' >/dev/null 2>&1; then \
	  wanted=$$($(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['fuzz'])"); \
	  if $(PYTHON) -m pip --version >/dev/null 2>&1; then pip="$(PYTHON) -m pip"; else pip="python3 -m pip --python $(PYTHON)"; fi; \
	  if ! $$pip install --quiet --disable-pip-version-check --only-binary :all: "$$wanted"; then \
	    echo "atheris could not be installed: it has wheels for some versions of CPython on Linux only. Nothing was looked for." >&2; exit 1; \
	  fi; \
	fi; \
	$(PYTHON) tests/fuzz/letters.py $(TIME)

run: install
	@exec $(PYTHON) -m desk run --config $(CONFIG)

# For whoever changes a dependency; needs uv. What is pinned stays unless pyproject.toml asks for more.
pins:
	uv pip compile pyproject.toml --extra dev --extra oauth --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --custom-compile-command "make pins" --output-file requirements.txt

clean:
	rm -rf $(VENV) $(VENV)-bench build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .fuzz .coverage* htmlcov artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
