# Two commands are enough: `make chat` to ask the documents in seeds/, `make test` to check everything.
#
#   make chat      install, index seeds/, open the chat on http://127.0.0.1:7860
#   make test      install what the tests need, Chromium included, and run them all
#   make check     ruff and mypy
#   make bench     the benchmarks; those that need the data sets, only with DATA=folder of train/ and eval/
#   make install   .venv with the program, at the versions of .constraints.txt
#   make clean     remove .venv and what tests and tools left behind; an index (.qa) stays
#
# Variables:
#   PYTHON         the interpreter for .venv, 3.11 or newer (python3)
#   DOCUMENTS      what `make chat` indexes (seeds/)
#   TORCH_INDEX    another place to take PyTorch from. Without a GPU, its CPU wheels are far smaller:
#                  make chat TORCH_INDEX=https://download.pytorch.org/whl/cpu

PYTHON ?= python3
DOCUMENTS ?= seeds/
TORCH_INDEX ?=

VENV := .venv
NEED_DATA := $(addprefix tests/benchmarks/,ablation.py growth.py rivals.py)
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint .constraints.txt \
	$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_BROWSER := $(VENV)/.installed-browser

.PHONY: install chat test check bench clean help
.DEFAULT_GOAL := help

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

install: $(INSTALLED)

chat: $(INSTALLED)
	@$(BIN)/qa chat $(DOCUMENTS) || [ $$? -eq 130 ]  # Ctrl+C is how it ends

test: $(INSTALLED_DEV) $(INSTALLED_BROWSER)
	$(BIN)/python -m pytest $(ARGS)

check: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(INSTALLED_DEV)
	for script in $(filter-out $(NEED_DATA),$(wildcard tests/benchmarks/*.py)); do \
		echo "== $$script"; $(BIN)/python $$script || exit 1; done
ifneq ($(DATA),)
	$(BIN)/python tests/benchmarks/ablation.py $(DATA)/eval
	$(BIN)/python tests/benchmarks/growth.py $(DATA) --work build/growth
	$(BIN)/python tests/benchmarks/rivals.py $(DATA) --work build/rivals
endif

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A venv that was cut short has no pip: it is made anew.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq python3-venv; \
		else \
			echo "Python's venv module is missing; on Debian and Ubuntu: sudo apt-get install python3-venv" >&2; \
			exit 1; \
		fi; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml .constraints.txt | $(BIN)/pip
	$(PIP_INSTALL) --editable .
	@$(BIN)/python -m compileall -q qa embeddings  # some systems forbid Python to do so by itself
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(PIP_INSTALL) --editable '.[dev,training]'
	@touch $@

# The browser tests take a Chromium from the PATH, else Debian's package, else Playwright's own.
$(INSTALLED_BROWSER): $(INSTALLED_DEV)
	@.ci/browser $(BIN)/playwright
	@touch $@
