# How a function, and the layer, becomes a package; their Makefiles include this file.
#
# `sam build` (BuildMethod: makefile) runs `build-<logical id>` in a copy of the folder, for Lambda. The command line runs
# the same recipe in the folder itself, for this machine. Both set ARTIFACTS_DIR, where the package goes.
#
# Before the include, a folder's Makefile may set:
#   PREFIX        the folder of the package that holds the code
#   RUNS_AT       where Lambda unpacks that folder; tracebacks name it
#   NOT_COMPILED  a regular expression for paths that get no byte code
#   TRIM          commands, by `define`, that take out of $(CODE) what is never loaded
PLATFORM ?= aarch64-manylinux_2_28
PYTHON ?= 3.13
# uv from the path, else the one of the checkout's environment
UV ?= $(or $(shell command -v uv 2>/dev/null),$(wildcard $(dir $(lastword $(MAKEFILE_LIST)))../.venv/bin/uv))
RUNS_AT ?= /var/task

CODE = $(ARTIFACTS_DIR)$(PREFIX)

# Our own package is the one folder that Python imports as one.
PACKAGE := $(patsubst %/__init__.py,%,$(wildcard */__init__.py))
$(if $(filter 1,$(words $(PACKAGE))),,$(error $(CURDIR) holds not one package, but: $(PACKAGE)))

.SILENT:

# An interpreter of the target's version: one of this machine (pyenv hides those that are not chosen, so it is chosen), or
# else one that uv fetches and keeps, by a digest that uv knows.
FIND_PYTHON = PYENV_VERSION=$(PYTHON) $(UV) python find --no-python-downloads
INSTALL_PYTHON = UV_HTTP_RETRIES=1 $(UV) python install --quiet --no-bin

# Byte code halves the time of a cold start. Another version's would not be read; the hash instead of the time of the
# source makes it the same in every build.
build-%:
	test -n "$(UV)" || { echo "$*: uv is missing, which installs the packages; make environment installs it" >&2; exit 1; }
	$(UV) pip install --quiet --no-deps --require-hashes --only-binary :all: --target "$(CODE)" \
		--python-platform $(PLATFORM) --python-version $(PYTHON) --requirements requirements.txt
	$(TRIM)
	cp -R $(PACKAGE) "$(CODE)/"
	find "$(CODE)" -name __pycache__ -type d -prune -exec rm -rf {} +
	interpreter=$$({ $(FIND_PYTHON) $(PYTHON) || { $(INSTALL_PYTHON) $(PYTHON) && \
		$(FIND_PYTHON) --managed-python $(PYTHON); }; } 2>/dev/null) || { \
		echo "$*: built without byte code, so it starts slowly: no Python $(PYTHON) was found, and none could be fetched"; exit 0; }; \
	PYTHONHASHSEED=0 "$$interpreter" -m compileall -q --invalidation-mode unchecked-hash \
		$(if $(NOT_COMPILED),-x '$(NOT_COMPILED)') -s "$(CODE)" -p $(RUNS_AT) "$(CODE)"
