# What takes longer than a line to remember. Building and testing is cargo's business: see CONTRIBUTING.md.

.PHONY: bench bench-load bench-instructions soak balance sbom clients browser openapi latency

# Times of every step, load beside an empty rpc, and the full verdict against a peer; the last lines are the figures that
# the project sets itself.
bench: bench-load
	cargo bench --bench verdict
	cargo bench --bench ratio

# Load on the server beside an empty rpc of the same size; the last line is the ratio.
bench-load:
	cargo build --release --bin comity --example load
	target/release/examples/load --table --process target/release/comity

# Instructions of every step, which do not depend on what else the machine does. Needs valgrind.
bench-instructions:
	benches/instructions.sh

# Five minutes of load with a hundred reloads and SIGTERM at the end, then three instances behind a balancing client.
soak: balance
	scripts/soak.sh

# Three instances behind a balancing client, of which one is killed and one restarted.
balance:
	cargo build --release --bin comity --example balance
	target/release/examples/balance

# Clients of others, as their registries have them, against the program: a table, then "N passed, N failed".
clients:
	cargo build --release --bin comity
	bash scripts/clients/run.sh target/release/comity

# The comment form in a headless Chromium.
browser:
	cargo build --release --bin comity
	bash examples/comment-form/test/run.sh target/release/comity

# Calls made from the OpenAPI document, right and wrong ones, by schemathesis.
openapi:
	cargo build --release --bin comity
	bash scripts/openapi.sh target/release/comity

# How long an analysis takes over HTTP on loopback, by wrk.
latency:
	cargo build --release --bin comity
	bash scripts/latency/run.sh target/release/comity

# A CycloneDX bill of materials beside Cargo.toml.
sbom:
	cargo install --locked cargo-cyclonedx
	cargo cyclonedx --format json --all-features
