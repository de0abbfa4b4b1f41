# The registry's commands. Each makes `.venv` and what else it needs first; `make help` lists them.
# Their longer parts are in .ci/, one small program each, explained at its top.

PYTHON ?= python3
PORT ?= 8000
export PORT

.PHONY: help run admin test lint lock bench crash soak scan

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

run: ## serve the registry and its worker at http://127.0.0.1:8000 (PORT= and DATABASE_URL= are honoured)
	@$(PYTHON) .ci/environment.py --port "$(PORT)" requirements.txt
	@.venv/bin/python .ci/prepare.py
	@exec .venv/bin/python .ci/serve.py

admin: ## make an administrator's account (asks; or set DJANGO_SUPERUSER_USERNAME, _EMAIL, _PASSWORD)
	@$(PYTHON) .ci/environment.py requirements.txt
	@.venv/bin/python manage.py migrate --verbosity 0
	@if [ -n "$$DJANGO_SUPERUSER_PASSWORD" ] || [ ! -t 0 ]; then quiet=--noinput; fi; \
		exec .venv/bin/python manage.py createsuperuser $$quiet

test: ## run every test, on SQLite and on PostgreSQL, in a real browser too
	@$(PYTHON) .ci/environment.py requirements.txt requirements-dev.txt
	@exec .venv/bin/python .ci/suite.py

lint: ## check style, formatting and the direction of imports
	@$(PYTHON) .ci/environment.py requirements.txt requirements-dev.txt
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-logo

crash: ## kill the registry at work 100 times on each engine (CRASH_ROUNDS= is honoured)
	@$(PYTHON) .ci/environment.py requirements.txt requirements-dev.txt
	@CRASH_ROUNDS=$${CRASH_ROUNDS:-100} .venv/bin/pytest tests/crash -q -s
	@CRASH_ROUNDS=$${CRASH_ROUNDS:-100} .venv/bin/python .ci/postgres.py .venv/bin/pytest tests/crash -q -s

soak: ## read and write for half an hour while the database comes and goes (SOAK_MINUTES= is honoured)
	@$(PYTHON) .ci/environment.py requirements.txt requirements-dev.txt
	@SOAK_MINUTES=$${SOAK_MINUTES:-30} .venv/bin/pytest tests/service/test_soak.py -q -s

scan: ## scan it with wapiti as a stranger and as an editor, in about ten minutes (SCAN_SECONDS= is honoured)
	@$(PYTHON) .ci/environment.py requirements.txt
	@exec .venv/bin/python .ci/scan.py $${SCAN_SECONDS:-40}

lock: ## write the hashes of what is installed anew, after a requirement was changed (needs uv)
	@for name in requirements requirements-dev requirements-bench requirements-scan; do uv pip compile --quiet --universal --generate-hashes \
		--no-header --no-annotate --no-emit-index-url $$name.txt --output-file $$name.lock || exit 1; done

bench: ## measure it beside its contenders, against its targets (SIZE= and QUICK=1 are honoured)
	@$(PYTHON) .ci/environment.py requirements.txt requirements-dev.txt requirements-bench.txt
	@exec .venv/bin/python -m benchmarks.run --size $${SIZE:-100000} $${QUICK:+--quick}
