# The commands of this project; `make` alone lists them. Paths are relative, so that the checkout may
# live in a folder with a space in its name.

PYTHON ?= python3
VENV ?= .venv
DIST ?= dist
PIP_INSTALL = bin/python -m pip --quiet --disable-pip-version-check install
LOCKED = .venv-locks/bin/uv pip compile --quiet --universal --python-version 3.10 --no-python-downloads \
	--generate-hashes --no-annotate --custom-compile-command "make locks" $(UPGRADE)
IN_ENVIRONMENT = eval "$$($(MAKE) -s --no-print-directory env)" &&

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: demo demo-page demo-preview demo-destroy test test-fast test-pythons test-oldest test-faults test-teams test-live test-mutations setup env check docs examples bench bench-backends bench-stacks dist help locks checksums cli languages browser postgres schema-compare docs-site check-workflows

demo: setup ## set everything up and run a real `pulumi up` against a local Bird emulator; in a terminal, serve its page until Enter
	@$(IN_ENVIRONMENT) .venv/bin/python tools/demo.py up

demo-page: setup ## serve the demo's emulator and its page again, until Enter is pressed
	@$(IN_ENVIRONMENT) .venv/bin/python tools/demo.py page

demo-preview: setup ## preview the demo's next `pulumi up`
	@$(IN_ENVIRONMENT) .venv/bin/python tools/demo.py preview

demo-destroy: setup ## destroy the demo's resources and delete its files
	@$(IN_ENVIRONMENT) .venv/bin/python tools/demo.py destroy

test: setup languages browser .venv-oldest/.stamp ## run all tests, including those with the real Pulumi engine
	@$(IN_ENVIRONMENT) BIRD_OLDEST_VENV="$(CURDIR)/.venv-oldest" \
		.venv/bin/python -m pytest -n 6 --dist load --maxschedchunk 2 --cov --cov-report=term --cov-fail-under=95

test-fast: $(VENV)/.stamp ## run the tests that need no engine, without the fault schedules (2 to 4 minutes)
	@$(VENV)/bin/python -m pytest -q -n 4 --ignore tests/engine --ignore tests/faults --ignore tests/live \
		--ignore tests/packaging --ignore tests/teams

test-pythons: ## run the fast tests on each supported Python that is found here (2 to 5 minutes each)
	@$(PYTHON) tools/pythons.py

test-oldest: .venv/.stamp .venv-oldest/.stamp ## run tests with the oldest supported Pulumi, CLI and SDK (builds that CLI once, if it cannot be downloaded)
	@cli="$$($(PYTHON) -m tools.pulumi.install --oldest)" && PATH="$$cli:$$PATH" BIRD_PROGRAMS_VENV="$(CURDIR)/.venv-oldest" \
		.venv/bin/python -m pytest -q -n 2 $(foreach each,crud changes failures plugin refresh secrets states,tests/engine/test_$(each).py)

test-faults: .venv/.stamp ## run 10,000 random fault schedules with a new seed, and 10,000 webhook deliveries (about 13 minutes)
	@BIRD_FAULT_SCHEDULES=10000 BIRD_RANDOM_EXAMPLES=1 BIRD_LOAD_DELIVERIES=10000 .venv/bin/python -m pytest \
		tests/faults tests/emulator/test_load.py --timeout 3600

test-teams: setup .venv-teams/.stamp postgres ## test a team's work with states in S3 and PostgreSQL (about 8 minutes)
	@$(IN_ENVIRONMENT) BIRD_TEAMS_VENV="$(CURDIR)/.venv-teams" .venv/bin/python -m pytest -v -n 2 tests/teams

test-live: .venv/.stamp ## check what is assumed about Bird against Bird itself (needs BIRD_ACCESS_KEY, BIRD_WORKSPACE_ID, BIRD_LIVE_PHONE_NUMBER_ID)
	@test -n "$$BIRD_LIVE_PHONE_NUMBER_ID" || { echo "set BIRD_LIVE_PHONE_NUMBER_ID to the id of \
	a phone number that the tests may use for a minute"; exit 2; }
	@.venv/bin/python -m pytest -v tests/live

test-mutations: .venv/.stamp ## make 200 small changes to the code, which the fast tests must notice (about 20 minutes)
	@.venv/bin/python tools/mutations.py

setup: .venv/.stamp cli ## create .venv with the package and its tools, and install or build the Pulumi CLI

env: ## print an `export` line for PATH: eval "$$(make -s env)"
	@cli="$$($(PYTHON) -m tools.pulumi.install --print)" && \
		printf 'export PATH="%s:$$PATH"\n' "$(CURDIR)/.venv/bin$${cli:+:$$cli}"

check: .venv/.stamp ## check format, lint, types, layers, and that generated code and docs are current
	@.venv/bin/python -m ruff format --check --quiet
	@.venv/bin/python -m ruff check --quiet
	@.venv/bin/python -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/python tools/classes.py --check && .venv/bin/python tools/reference.py --check && .venv/bin/python tools/schema.py --check && \
		.venv/bin/python tools/enumerations.py --check && .venv/bin/python tools/unconfirmed.py --check && .venv/bin/python tools/wrong_inputs.py --check

docs: .venv/.stamp ## write the generated classes and docs
	@.venv/bin/python tools/classes.py && .venv/bin/python tools/reference.py && .venv/bin/python tools/schema.py && \
		.venv/bin/python tools/enumerations.py && .venv/bin/python tools/unconfirmed.py && .venv/bin/python tools/wrong_inputs.py

examples: setup languages ## write the examples of the plugin's schema in every language, as Pulumi converts them
	@$(IN_ENVIRONMENT) .venv/bin/python -m tools.examples

bench: setup ## run the benchmarks and print their figures
	@$(IN_ENVIRONMENT) .venv/bin/python tools/bench.py && .venv/bin/python tools/bench_scale.py

bench-backends: setup .venv-teams/.stamp postgres ## compare 10, 100 and 1,000 channels with states in a folder, S3 and PostgreSQL (an hour or more)
	@$(IN_ENVIRONMENT) BIRD_TEAMS_VENV="$(CURDIR)/.venv-teams" .venv/bin/python tools/bench_backends.py

bench-stacks: setup ## run 200 stacks against emulated workspaces, four at a time (about half an hour)
	@$(IN_ENVIRONMENT) .venv/bin/python tools/bench_stacks.py

schema-compare: .venv/.stamp ## name what breaks users of an earlier schema: make schema-compare OLD=its-schema.json
	@.venv/bin/python tools/compare_schemas.py "$(OLD)" docs/schema.json

docs-site: .venv-site/.stamp ## build the documentation as a web site, into site/
	@NO_MKDOCS_2_WARNING=1 .venv-site/bin/python -m mkdocs build --strict

check-workflows: .venv-workflows/.stamp ## check the workflows of GitHub Actions (needs Go)
	@go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 -ignore 'unexpected key "queue"' .github/workflows/*.yml examples/ci/.github/workflows/*.yml
	@.venv-workflows/bin/zizmor --quiet --offline --persona pedantic .github emulator
	@.venv-workflows/bin/zizmor --quiet --offline examples/ci/.github

dist: .venv/.stamp ## build what is published into dist/: the wheel, the source distribution, the installable plugin
	@.venv/bin/python -m tools.distribution "$(DIST)"

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1\t\2/p' Makefile | tr -s '$$' | expand -t 22

locks: .venv-locks/.stamp ## write the locks for pip after a change of the requirements; all of them newer with: make locks UPGRADE=--upgrade
	@for each in dev oldest; do $(LOCKED) pyproject.toml --group $$each -o tools/locks/$$each.txt > /dev/null || exit 1; done
	@$(LOCKED) pyproject.toml -c tools/locks/dev.txt -o tools/locks/shipped.txt > /dev/null
	@for each in build cyclonedx-bom locks pyinstaller site teams workflows; do \
		$(LOCKED) --group $$each -o tools/locks/$$each.txt > /dev/null || exit 1; done

checksums: ## fetch the published checksums of the pinned Pulumi releases into tools/pulumi/checksums.txt
	@$(PYTHON) -m tools.pulumi.checksums

cli:
	@$(PYTHON) -m tools.pulumi.install > /dev/null

# What the YAML and TypeScript examples need. Their tests are skipped if it cannot be installed.
languages: examples/typescript/node_modules/.package-lock.json
	@$(PYTHON) -m tools.pulumi.install --languages > /dev/null || true

# What the tests of the emulator's page need. They are skipped if it cannot be installed.
browser:
	@command -v chromedriver > /dev/null || tools/apt_install.sh Chromium \
		"the emulator's page is not tested" chromium chromium-driver fonts-dejavu-core

# What the tests of states in PostgreSQL need. They are skipped if it cannot be installed.
postgres:
	@command -v initdb > /dev/null || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || \
		tools/apt_install.sh PostgreSQL "states in PostgreSQL are not tested" postgresql

examples/typescript/node_modules/.package-lock.json: examples/typescript/package-lock.json
	@echo "installing Pulumi's TypeScript SDK for an example"
	@(cd $(<D) && npm ci --silent --no-audit --no-fund --ignore-scripts --fetch-retries=1 && touch node_modules/$(@F)) || \
		echo "npm cannot install it: the TypeScript example is not tested"

.venv/.stamp: pyproject.toml tools/locks/dev.txt
	$(call virtual_environment,.venv,dev)
	$(call with_the_package,.venv)
	@touch $@

.venv-python%/.stamp: pyproject.toml tools/locks/dev.txt
	$(call virtual_environment,.venv-python$*,dev)
	$(call with_the_package,.venv-python$*)
	@touch $@

.venv-oldest/.stamp: pyproject.toml tools/locks/oldest.txt
	$(call virtual_environment,.venv-oldest,oldest)
	$(call with_the_package,.venv-oldest)
	@touch $@

.venv-%/.stamp: tools/locks/%.txt
	$(call virtual_environment,.venv-$*,$*)
	@touch $@

# $(1): its folder, $(2): its lock.
define virtual_environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and \
		"error: Python 3.10 or newer is needed; name one with: make PYTHON=python3.x")'
	@echo "installing tools/locks/$(2).txt into $(1) (up to a minute)"
	@$(1)/bin/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear $(1)
	@$(1)/$(PIP_INSTALL) --require-hashes -r tools/locks/$(2).txt
endef

# $(1): its folder. The build backend is in the locks: an isolated build would fetch another one.
define with_the_package
	@$(1)/$(PIP_INSTALL) --no-deps --no-build-isolation -e .
endef
