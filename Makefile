# make demo   install, get the weights, assess the sample recordings, print where the ranked report is
# make serve  the service with a made-up company, in the browser
# make serve-wechat  the same with a WeChat and a WeCom of its own, whose phones are a page to look at
# make test   everything that CI runs
# make check  formatting, lint, types, import contracts
# make quick  the tests of the domain and of the documents, without the long ones: no weights, no browser, no PostgreSQL
# make sbom   sbom.json: every library and weight with its hashes, as CycloneDX
# make audit  known holes in the locked libraries, asked of the advisories of PyPI (needs a network)
# make upgrade  the newest libraries that pyproject.toml lets in (requirements/*.txt), and the tests with them
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet
# two OpenCVs in one folder overwrite each other: an older installation may have both
ONE_OPENCV = if $(BIN)/python -m pip show --quiet opencv-contrib-python 2>/dev/null; then $(BIN)/python -m pip uninstall --quiet --yes opencv-contrib-python opencv-python-headless; fi
AUDIT := pip-audit==2.10.1
DEMO_OUT ?= demo-output
TEST_WORKERS ?= auto
# files in their order: by number of tests, few long ones would come last and keep one process busy alone
SPREAD = -n $(TEST_WORKERS) --dist loadgroup --no-loadscope-reorder
DOMAIN_TESTS := tests/assessment tests/hr tests/store $(wildcard tests/test_*.py)

.PHONY: demo serve serve-wechat test check quick upgrade sbom audit weights install install-dev system-demo system-test clean
.DELETE_ON_ERROR:

demo: install system-demo weights
	@# exit status 3: one candidate sits in an empty room and is meant to come out as "cannot assess"
	$(BIN)/interview-engine assess pipelines/demo/*.yaml --out "$(DEMO_OUT)" || [ $$? -eq 3 ]
	$(BIN)/interview-engine rank "$(DEMO_OUT)"

serve: install system-demo weights
	$(BIN)/interview-engine serve --demo

serve-wechat: install system-demo weights
	$(BIN)/python -m api.wechat.double -- $(BIN)/interview-engine serve --demo

# each test process beside others: threads of one would only take cores from the others
test quick: export OMP_NUM_THREADS := 1
test quick: export OPENBLAS_NUM_THREADS := 1
# compiled modules are kept, also where the environment says no: every test process would compile 1,500 files again
test quick: export PYTHONDONTWRITEBYTECODE :=

test: install-dev system-test weights check
	$(BIN)/pytest $(SPREAD)

quick: install-dev
	$(BIN)/pytest $(SPREAD) -m "not slow" -k "not postgresql" $(DOMAIN_TESTS)

upgrade:
	$(PYTHON) .ci/lock-requirements --upgrade
	$(MAKE) test

sbom:
	$(PYTHON) .ci/sbom > sbom.json

# in an environment of its own: what it needs is no part of the product
audit:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet $(AUDIT)
	.venv-audit/bin/pip-audit --require-hashes --disable-pip --requirement requirements/base.txt

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] < (3, 13), "Python 3.11 or 3.12 is needed: make PYTHON=python3.11 …"'
	$(PYTHON) -m venv $(VENV)

# exact versions with hashes; pyproject.toml's ranges are for those who install the package among others
$(VENV)/.installed: pyproject.toml requirements/base.txt | $(VENV)/bin/python
	@$(ONE_OPENCV)
	$(PIP) --no-deps --require-hashes --requirement requirements/base.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml $(wildcard requirements/*.txt) | $(VENV)/bin/python
	@$(ONE_OPENCV)
	$(PIP) --no-deps --require-hashes --requirement requirements/dev.txt
	$(PIP) --requirement requirements/torch.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.installed

weights: install
	$(BIN)/interview-engine models pull

system-demo:
	@.ci/system-packages libegl1 libgles2 fonts

system-test:
	@.ci/system-packages libegl1 libgles2 fonts chromium postgresql

clean:
	rm -rf $(DEMO_OUT) demo-data build sbom.json .venv-audit .mypy_cache .ruff_cache .pytest_cache
