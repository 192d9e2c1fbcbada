# Lotsa. `make` alone prints this file's menu.

SHELL := /bin/bash
.DEFAULT_GOAL := menu
.PHONY: menu set-up run stop reset status compose compose-test unit test check house bench bench-in-turn chaos screenshots docs release-dump components requirements renewed-requirements set-up-test set-up-unit

PYTHON3 ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PORT ?= 8000
PYTEST := $(BIN)/python -m pytest

menu:
	@echo "make …"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1|\2/' | while IFS='|' read -r name says; do printf '  %-14s %s\n' "$$name" "$$says"; done

run: set-up ## start everything on this machine and print the address and the demo logins
	@$(BIN)/lotsa run --port $(PORT)

stop: ## stop everything
	@test ! -x $(BIN)/lotsa || $(BIN)/lotsa stop

reset: ## stop, and remove all data: the next start begins anew
	@test ! -x $(BIN)/lotsa || $(BIN)/lotsa stop --remove-data

compose: ## bring up a trial installation in containers (needs Docker): https://lotsa.localhost:8443
	@deploy/compose/first-time.sh
	@docker compose up --build --detach --wait
	@echo "https://lotsa.localhost:8443  as alva, bo, cilla, dani, ester or hanna; password: $$(cat .compose/trial-password)"
	@echo "http://localhost:8025         the mail that was sent"
	@echo "Stop: docker compose down (with --volumes: and remove all data)"

compose-test: set-up-test ## send a referral through the trial installation that runs in containers
	@LOTSA_COMPOSE_TEST=1 $(PYTEST) tests/compose/test_one_referral_in_containers.py -q

status: ## tell what runs
	@test ! -x $(BIN)/lotsa || $(BIN)/lotsa status

unit: set-up-unit ## tests of the rules: no database, no broker, seconds
	@$(PYTEST) tests/unit -q

test: set-up-test ## every test; finds or starts PostgreSQL and RabbitMQ
	@$(PYTEST) tests -q -n 2 --dist loadfile --ignore tests/chaos
	@# alone: that every referral is answered within half a minute holds for a machine that does nothing else
	@$(PYTEST) tests/chaos -q

check: set-up-unit ## style, types, imports, translations, secrets
	@$(BIN)/python -m tools.check

house: set-up-test ## tell in numbers how the house is kept, each beside its bar (ARGS=--all names what was counted)
	@$(BIN)/python -m tests.bench.house $(ARGS)

bench: set-up-test ## measure, as ratios to the machine's own floor
	@$(BIN)/python -m tests.bench

bench-in-turn: set-up-test ## measure another checkout and this one in turn: make bench-in-turn BEFORE=../lotsa-before
	@$(BIN)/python -m tests.bench.in_turn $(BEFORE) --rounds $(or $(ROUNDS),5)

chaos: set-up-test ## twenty seeds of at least thirty faults each: nothing lost or doubled, and all of it in time
	@$(BIN)/python -m tests.chaos

screenshots: set-up-test ## each role's page as a picture, for the README
	@$(PYTEST) tests/journeys -q -m screenshots

docs: set-up-unit ## write docs/asyncapi.json, which is made from the contracts
	@$(BIN)/python -m shared.messaging.asyncapi

release-dump: set-up-test ## keep a database that this version filled, for the tests of those that come after it
	@$(BIN)/python -m tests.releases.make_dump

components: set-up-unit ## tell which parts that others made have a known weakness, and whether one is past its time
	@$(BIN)/python -m tools.components

renewed-requirements: ## the same as “requirements”, with each package at its newest
	@$(MAKE) requirements UPGRADE=--upgrade
	@sed -i "s/^renewed = .*/renewed = $$(date --utc +%Y-%m-%d)/" requirements/accepted.toml

requirements: ## lock the dependencies anew, with hashes
	@for each in "run:" "onebox:--extra onebox" "dev:--extra onebox --extra dev"; do \
	  $(BIN)/uv pip compile pyproject.toml $${each#*:} $(UPGRADE) --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --no-annotate --quiet --output-file requirements/$${each%%:*}.txt || exit 1; done
	@$(BIN)/uv pip compile requirements/oidc.in $(UPGRADE) --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --quiet --output-file requirements/oidc.txt

set-up:
	@$(PYTHON3) -m tools.set_up run

set-up-unit:
	@$(PYTHON3) -m tools.set_up unit

set-up-test:
	@$(PYTHON3) -m tools.set_up test
