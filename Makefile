# Everything that Renkei needs on a machine with python3 (3.11 or newer, venv) and make.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
STATIC := $(shell find static -type f)

.DEFAULT_GOAL := help
.PHONY: help run test check coverage audit bench load faults drill pictures lock outdated sbom messages clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: .venv/run.stamp var/static.stamp ## Serve the portal with real registers and demo members (PORT=8000)
	@DEMO=1 LOG_LEVEL=WARNING $(BIN)/python manage.py prepare_demo
	@echo "Renkei: http://127.0.0.1:$(PORT)/  (stop with Ctrl+C)"
	@export DEMO=1 PORT=$(PORT) SITE_URL=http://127.0.0.1:$(PORT); \
	$(BIN)/python manage.py run_due --loop & worker=$$!; \
	$(BIN)/gunicorn renkei.wsgi & web=$$!; \
	trap "kill $$web $$worker 2>/dev/null" INT TERM; wait $$web; kill $$worker 2>/dev/null; wait

test: .venv/dev.stamp ## Run all tests: SQLite, PostgreSQL, browser
	$(BIN)/python -m tests.run

check: .venv/dev.stamp ## Lint, format, types, templates, migrations, deploy checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --target-version 5.2 --check $$(git ls-files 'templates/*.html')
	$(BIN)/djlint --lint --quiet templates
	DEMO=1 $(BIN)/mypy .
	DEMO=1 $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.deploy_check

coverage: .venv/dev.stamp ## Say which lines no test runs; fail where one decides something
	$(BIN)/python -m tests.coverage_check

bench: .venv/dev.stamp var/static.stamp ## Measure pages: requests a second and milliseconds
	$(BIN)/python -m bench

load: .venv/dev.stamp ## A Monday morning of 1,788 bodies on a million replies (45 minutes, as root)
	$(BIN)/python -m load

pictures: .venv/dev.stamp ## Photograph the screens of README and guides anew
	$(BIN)/python -m pictures

audit: .venv/dev.stamp var/static.stamp ## Validate every page as every role, axe, Lighthouse: docs/quality.md
	$(BIN)/python -m audit

faults: .venv/dev.stamp var/static.stamp ## Kill, fill, stop and jump: docs/reliability.md (half an hour, as root)
	$(BIN)/python -m faults

drill: .venv/dev.stamp ## Update, replica, big tables, restore, on portals in use (OLD=what runs in production)
	$(BIN)/python -m drills.upgrade $(OLD)
	$(BIN)/python -m drills.replica
	$(BIN)/python -m drills.big_tables
	$(BIN)/python -m pytest -q tests/renkei/test_backups.py

lock: .venv/dev.stamp ## Resolve pyproject.toml into the two lock files
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate -p 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate -p 3.11 pyproject.toml --group dev -o requirements-dev.txt

outdated: .venv/dev.stamp ## List pinned packages that have a newer release
	$(BIN)/uv pip list --outdated

sbom: .venv/dev.stamp ## Write var/sbom.json (CycloneDX) of what the portal runs on
	@rm -rf var/sbom
	@$(BIN)/uv init -q --bare --no-workspace --name renkei-sbom -p 3.11 var/sbom
	@$(BIN)/uv add -q --project var/sbom --no-sync -r requirements.txt
	$(BIN)/uv export -q --project var/sbom --format cyclonedx1.5 --preview-features sbom-export --no-emit-project -o var/sbom.json

messages: .venv/dev.stamp ## Compile locale/ja after a change
	$(BIN)/pybabel --quiet compile -D django -d locale -l ja

clean: ## Remove the virtual environment and everything that the portal wrote
	rm -rf .venv var

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	@test -e .venv/dev.stamp || $(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run.stamp

var/static.stamp: .venv/run.stamp $(STATIC)
	@DEMO=1 $(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@
