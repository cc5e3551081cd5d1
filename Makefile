# Two commands to know: « make demo » and « make test ». Each prepares .venv by itself.
PYTHON ?= python3
PORT ?= 8065
BOT_PORT ?= 8066
SERVER_VERSION ?= 11.2
PROCESSES ?= 4
BIN := .venv/bin
CHECKED := bot cli commands dialogs storage config sandbox tests

.DEFAULT_GOAL := help
.PHONY: help demo test stories test-all all-stories check bench drill soak guides words plain-words pictures audit lock wheel image sbom clean

help:
	@echo "make demo    le bot et un Mattermost embarqué (PORT, BOT_PORT, SERVER_VERSION, RESET=1, TOUR=1, OPEN=0)"
	@echo "make test-all  aussi le reste : chaque version de serveur, navigateur, processus tués, mesures ; ce que les tests atteignent"
	@echo "make test    les vérifications et les tests de quelques minutes (ROOM=stats : seulement ceux d’une fonction ; PROCESSES=4 ; DAY=2028-02-29T23:50 : un autre jour)"
	@echo "make bench   les mesures, côte à côte"
	@echo "make drill   trois répliques, PostgreSQL et sa copie, HAProxy : un lundi chargé et tout ce qui peut tomber (SHORT=1 ; LOAD=0.3)"
	@echo "make soak    le même endroit, deux heures sans rien qui tombe, au tiers de la charge (SHORT=1 : une minute)"
	@echo "make guides  refaire les tableaux de commandes des guides (docs)"
	@echo "make words   écrire tout ce que le bot peut dire sur une page, pour la relire (build/phrases.md)"
	@echo "make plain-words  apprendre de nouveau les mots simples (config/plain_examples.tsv)"
	@echo "make pictures  refaire les images des guides (docs/images)"
	@echo "make wheel   le paquet à installer, dans dist/"
	@echo "make image   l’image du Dockerfile, par buildah et debootstrap (root), et la visite dedans ; BASE, MOUNTS : voir deploy/image.sh"
	@echo "make sbom    ce dont le bot est fait (CycloneDX), dans dist/"
	@echo "make audit   chercher, dans la base des avis de PyPI, ce qui est connu des bibliothèques verrouillées"
	@echo "make lock    refaire requirements*.lock (demande uv)"

# A stamp per lock: the environment is made again when its lock or pyproject.toml changed.
# --no-deps: a lock names everything; left to choose, pip prefers what came out since then and refuses it for its hash.
.venv/.run: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

demo: .venv/.run
	@PORT=$(PORT) BOT_PORT=$(BOT_PORT) SERVER_VERSION=$(SERVER_VERSION) exec $(BIN)/coop-bot demo $(if $(RESET),--reset) $(if $(TOUR),--tour)

# In PROCESSES at once: half of their time tests wait, for a clock or a child.
TESTS := -m pytest --numprocesses $(PROCESSES) --cache-clear --maxfail 40 --durations 20
RUN := $(BIN)/python $(if $(DAY),-m tests.fixed_day $(DAY))
# A busy machine may hold a test up: those that failed are run again, alone; « PASSED » names which passed only then.
AGAIN := || { test $$? -eq 1 && $(RUN) -m pytest --last-failed --last-failed-no-failures none --maxfail 10 -rpfE; }
PRODUCT := bot,cli,commands,dialogs,storage
REACHED := .reached.json
# Alembic loads migrations by their path, past the one who counts; tests/test_migrations.py looks at what they did.
MEASURED := -m slipcover --immediate --branch --source $(PRODUCT) --omit 'storage/migrations/*' --json --out $(REACHED)
# Hundreds of the tests' programs begin by reading the same code.
unexport PYTHONDONTWRITEBYTECODE

ifdef ROOM
test: .venv/.dev
	$(RUN) $(TESTS) --room $(ROOM) --mode 11.2 --database sqlite
else
test: .venv/.dev
	@$(MAKE) --no-print-directory --jobs 2 check stories

# Beside the checks, of which the long one (mypy) takes one core only.
stories: .venv/.dev
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-quick} $(RUN) $(TESTS) --part quick $(AGAIN)
endif

test-all: .venv/.dev
	@$(MAKE) --no-print-directory --jobs 2 check all-stories

# All in one run, so that what is reached by either part is measured.
all-stories: .venv/.dev
	$(RUN) $(MEASURED) $(TESTS) -p tests.coverage_probes $(AGAIN)
	$(BIN)/python -m slipcover --merge $(REACHED) --out $(REACHED) --branch --skip-covered --fail-under 95

check: .venv/.dev
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev
	$(BIN)/python -m tests.bench

drill: .venv/.dev
	$(BIN)/python -m tests.drill $(if $(SHORT),--short) $(if $(LOAD),--load $(LOAD))

soak: .venv/.dev
	$(BIN)/python -m tests.drill $(if $(SHORT),--short --soak 60,--soak 7200)

guides: .venv/.dev
	$(BIN)/python -m tests.guides

words: .venv/.dev
	$(BIN)/python -m tests.sentences

plain-words: .venv/.dev
	$(BIN)/python -m dialogs.plain_words.trainer

pictures: .venv/.dev
	$(BIN)/python -m tests.browser.pictures

# --no-annotate and --no-header keep registry addresses and local paths out of the files.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra postgres --quiet pyproject.toml requirements-build.in --output-file requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra postgres --group dev --constraint requirements.lock --quiet pyproject.toml --output-file requirements-dev.lock

# Not among the checks: it asks an index of advisories, which is not reached everywhere, and a new advisory is no fault of
# a commit. Where the index says nothing of a library, that is a failure, too: silence is not « nothing is known ».
audit: .venv/.dev
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && .venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; }
	@.venv/audit/bin/pip-audit --requirement requirements.lock --no-deps --disable-pip --strict --progress-spinner off \
	|| { echo "Voir ci-dessus : une faille connue, ou une bibliothèque dont la base des avis ne dit rien d’ici (réseau fermé) : rien n’est alors vérifié." >&2; exit 1; }

wheel: .venv/.run
	@rm -rf dist
	@$(BIN)/python -c "from cli.version import BUILT, ROOT, read_checkout; BUILT.write_text(read_checkout(ROOT))"
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist . ; code=$$?; rm -f cli/build.txt; exit $$code
	@ls dist/*.whl

image:
	@deploy/image.sh

# A tool of its own environment: nothing that is tested or shipped needs it.
sbom:
	@mkdir -p build dist
	@test -x build/sbom/bin/cyclonedx-py || { $(PYTHON) -m venv build/sbom && build/sbom/bin/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom>=7,<8'; }
	@build/sbom/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file dist/coop-bot.cdx.json requirements.lock
	@ls dist/coop-bot.cdx.json

clean:
	rm -rf .venv .demo dist build $(REACHED)
