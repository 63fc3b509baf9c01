# The targets a contributor types; the work is in Scripts/.
.DEFAULT_GOAL := help
SECONDS ?= 60
.PHONY: help run build test test-live lint format check fuzz sanitize faults cluster-test bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build the release binary and serve the manual's sample account on loopback
	@Scripts/run

build: ## Build everything for debugging, warnings as errors
	@Scripts/build

test: ## Run the Swift tests, then the live tests against the debug binary
	@Scripts/test

test-live: ## Run most live tests, a longer crash run, a share of the faults and one failover against the release binary
	@Scripts/test-live

lint: ## Check the formatting of Swift, and lint the shell scripts and the Python of the live tests
	@Scripts/lint

format: ## Format the Swift sources and the Python of the live tests in place
	@Scripts/format

check: lint build test ## Lint, build and test: what a pull request must pass

fuzz: ## Fuzz each parser for SECONDS (60), with AddressSanitizer; what is found is kept in Fuzz/FailCases
	@Scripts/fuzz --seconds $(SECONDS)

sanitize: ## Run the Swift tests under ThreadSanitizer, then under AddressSanitizer
	@Scripts/sanitize

faults: ## Break servers, disks, links and clocks under load for an hour, then prove that planted bugs are caught
	@Scripts/faults
	@Scripts/faults --mutants

cluster-test: ## Lose the primary of a Patroni cluster twenty times under load; needs root
	@Scripts/cluster-test --rounds 20

bench: ## Measure speed against the bars
	@Scripts/bench

clean: ## Remove what was built and the Python environment
	rm -rf .build .build-* .venv
