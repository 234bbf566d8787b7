# What takes longer than a line to remember. Building and testing is cargo's business: see CONTRIBUTING.md.

.PHONY: bench bench-instructions

# Times of every step, then the full verdict against a peer; the last lines are the figures that the project sets itself.
bench:
	cargo bench --bench verdict
	cargo bench --bench ratio

# Instructions of every step, which do not depend on what else the machine does. Needs valgrind.
bench-instructions:
	benches/instructions.sh
