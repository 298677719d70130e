# The book's commands. `make help` lists them.
# On a machine without make, README.md gives the same steps.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
CODE := lib tests tools benchmarks experiments
# What readers have set for their own programs stays out of the book's.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONSTARTUP PYTHONWARNINGS
NOTEBOOK = $(if $(CH),$(wildcard chapters/$(CH)_*.ipynb))

WRITABLE = [ -w . ] || { echo "The book is built inside this folder, and it can't be written to." \
    "Copy it to a place where you may write." >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help book pdf lite student test test-all chapter lab bench experiments lighthouse show diff clean-notebooks run-notebooks format lock clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Touched last, so an interrupted installation is taken up again.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else \
	    "Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is " + sys.version.split()[0] \
	    + ". Name another one: make PYTHON=python3.12")'
	@$(WRITABLE)
	$(PYTHON) -m venv .venv
	@$(BIN)/python tools/install.py
	@touch $@

book: $(READY)  ## run the chapters and write the site into _build/html (CH=03 for one chapter)
	@$(BIN)/python tools/build_book.py $(if $(CH),--chapter $(CH))

pdf: book  ## print the whole site into one PDF, which its first page then offers
	$(BIN)/python tools/pdf.py

lite: book  ## add JupyterLite to the site: chapters without TensorFlow run in the reader's browser
	$(BIN)/python tools/lite.py

student: $(READY)  ## write the chapters without their solutions into _build/student
	$(BIN)/python tools/student.py

# Grading is `.venv/bin/python -m lib.grading`, nbgrader `tools/student.py nbgrader`: teaching.md.

# A busy machine must not decide whether an exercise's check runs out of time.
test test-all: export CHECK_SECONDS = 60
test: $(READY)  ## everything that must pass: lib/, every chapter, the site (CH=03 for one chapter)
ifdef CH
	@$(BIN)/python tools/test_chapter.py $(CH)
else
	@$(WRITABLE)
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/ruff format --quiet --check $(CODE)
	@$(BIN)/ruff check --quiet --line-length 80 chapters
	@$(BIN)/ruff format --quiet --check --line-length 80 chapters
	@$(BIN)/python tools/build_book.py
	@$(BIN)/python -m pytest
endif

test-all: export CHECK_SEEDS = 200
test-all: export TEST_ALL = true
test-all: test  ## the same, and what takes hours: 200 seeds of all checks, student versions whole

lab: $(READY)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab chapters

bench: $(READY)  ## compare with scikit-learn and with the lecture's recipes, side by side
	$(BIN)/python benchmarks/pca.py
	$(BIN)/python benchmarks/training.py --epochs-of-lecture 1 --seeds 1

experiments: $(READY)  ## run the experiments that are missing (NAME=… for one; CHECK=1 stamps stale tables)
	$(BIN)/python tools/experiments.py $(NAME) $(if $(CHECK),--check)

lighthouse: book  ## measure four pages of the site with Lighthouse; wants a quiet machine
	$(BIN)/python tools/lighthouse.py

chapter: $(READY)  ## begin a chapter: make chapter NAME=random_matrices TITLE="Random matrices"
	@$(BIN)/python tools/new_chapter.py "$$NAME" "$$TITLE"

show: $(READY)  ## print a chapter as text: make show CH=03
	@$(if $(NOTEBOOK),$(BIN)/jupytext --to md:myst --output - $(NOTEBOOK),\
	    echo "Name a chapter by its number: make show CH=03" >&2; exit 2)

diff: $(READY)  ## show what changed in the chapters since the last commit
	$(BIN)/nbdiff --ignore-outputs --ignore-metadata HEAD chapters

run-notebooks: $(READY)  ## run chapters and store the outputs that are compared (CH=03 for one)
	@$(BIN)/python tools/clean_notebooks.py --run $(CH)

clean-notebooks: $(READY)  ## strip what an editor left in the chapters
	@$(BIN)/python tools/clean_notebooks.py

# 100 characters a line, but 80 in chapters: the column of a page holds 82.
format: $(READY)  ## lay out the code, and write the lists of chapters into the pages
	$(BIN)/python tools/chapter_list.py
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix --line-length 80 chapters
	$(BIN)/ruff format --line-length 80 chapters

# With the hashes of all files of each release, for every platform. Versions that still fit stay.
COMPILE = _build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-annotate --custom-compile-command 'make lock' \
    $(if $(UPGRADE),--upgrade)

lock:  ## pin what pyproject.toml names, with hashes (UPGRADE=1 takes the newest versions)
	$(PYTHON) -m venv --clear _build/lock
	_build/lock/bin/python -m pip install --quiet --require-hashes --only-binary=:all: \
	    -r tools/locks/lock.txt
	$(COMPILE) pyproject.toml --extra book --extra dev -o requirements.txt
	for name in lock lite nbgrader; do \
	    $(COMPILE) --group $$name -o tools/locks/$$name.txt || exit 1; done
	npm install --prefix tools/locks/lighthouse --package-lock-only --ignore-scripts \
	    --omit-lockfile-registry-resolved --no-audit --no-fund

clean:  ## remove the site and the installed packages
	rm -rf .venv _build
