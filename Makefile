# Two commands do all set-up on a fresh machine with Python 3.11: `make demo` and `make test`.
PYTHON ?= python3.11
PYTHON := $(shell command -v $(PYTHON) || command -v python3)
BIN := .venv/bin
export GX_ANALYTICS_ENABLED := false

.PHONY: demo test check format docs bench readers faults fuzz bursts roundtrip dev audit sbom lock clean

demo: .venv/installed
	@$(BIN)/banenafspraak run raw/samples

test: .venv/installed-dev
	$(BIN)/pytest -n 3 --dist worksteal

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 3 --dist worksteal

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/installed-dev
	$(BIN)/python -m expectations.rule_page > docs/rules.md
	$(BIN)/python -m warehouse.dictionary > docs/data-dictionary.md
	$(BIN)/python -m warehouse.lineage > warehouse/lineage.yaml.new && mv warehouse/lineage.yaml.new warehouse/lineage.yaml

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.validation
	$(BIN)/python -m benchmarks.warehouse
	$(BIN)/python -m benchmarks.backfill
	$(BIN)/python -m benchmarks.employers
	$(BIN)/python -m benchmarks.sectors
	$(BIN)/python -m benchmarks.false_positives

readers: .venv/installed-dev
	SWAPS=$(or $(SWAPS),200) $(BIN)/pytest -q -s tests/warehouse/test_readers.py

faults: .venv/installed-dev
	FAULTS=$(or $(FAULTS),200) $(BIN)/pytest -n 2 --dist worksteal tests/pipelines/test_faults.py tests/pipelines/test_refused.py

bursts: .venv/installed-dev
	BURSTS=$(or $(BURSTS),20) $(BIN)/pytest -q -s tests/pipelines/test_daemon.py

fuzz: .venv/installed-dev
	FUZZ=$(or $(FUZZ),5000) $(BIN)/pytest -q -n 2 -rP tests/returns/test_fuzz.py

roundtrip: .venv/installed-dev
	TEMPLATES=$(or $(TEMPLATES),200) $(BIN)/pytest -q -s tests/returns/test_template_roundtrip.py

dev: export DAGSTER_HOME = $(CURDIR)/.dagster
dev: .venv/installed
	$(BIN)/dagster dev -h 127.0.0.1 -w workspace.yaml

audit: .venv/installed-dev
	$(BIN)/pip-audit --strict --require-hashes --disable-pip $(AUDIT) -r requirements/run.lock

sbom: .venv/installed-dev
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --validate \
		--output-file banenafspraak.cdx.json requirements/run.lock

lock: .venv/uv
	$(BIN)/uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --constraint requirements/constraints.txt pyproject.toml -o requirements/run.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --constraint requirements/constraints.txt --override requirements/overrides.txt pyproject.toml --group dev -o requirements/dev.lock

clean:
	rm -rf .venv banenafspraak.cdx.json .pytest_cache .mypy_cache .ruff_cache .hypothesis warehouse/observations warehouse/findings \
		warehouse/reports warehouse/open-data warehouse/products warehouse/responses warehouse/templates warehouse/*.duckdb warehouse/*.wal
	find .dagster -mindepth 1 ! -name dagster.yaml -delete

.venv/uv: requirements/install.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/install.lock
	$(BIN)/uv pip uninstall --quiet --python $(BIN)/python pip setuptools
	@touch $@

.venv/installed: .venv/uv requirements/run.lock pyproject.toml
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/run.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements/dev.lock
	$(BIN)/uv pip install --quiet --no-deps --require-hashes -r requirements/dev.lock
	@touch $@
