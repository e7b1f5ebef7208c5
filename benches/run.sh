#!/usr/bin/env bash
# Measures churnkey, hand-written axum, Express, Fastify and bare hyper side by side, and writes the
# figures into docs/benchmarks.md and docs/benchmarks.svg.
#
#     benches/run.sh                                   # five rounds, about 25 minutes
#     ROUNDS=1 SECONDS_PER_CASE=1 benches/run.sh       # a short run
#
# Needs rustup and two cores, one for the server and one for the load generator; installs all other
# missing programs, as root on Debian.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

missing=()
for pair in wrk:wrk node:nodejs npm:npm cc:gcc strip:binutils valgrind:valgrind; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq && apt-get install -y -qq "${missing[@]}"
fi

cargo build --locked --release --bins --package churnkey-peers
npm ci --prefix benches/peers/node --no-audit --no-fund --loglevel=error

figures=$(mktemp -d)
trap 'rm -rf "$figures"' EXIT
"$CARGO_TARGET_DIR/release/allocations" >"$figures/allocations.md"
.ci/instructions --table >"$figures/instructions.md"
python3 benches/harness/measure.py "$figures/measured.json"
python3 benches/harness/report.py "$figures" docs/benchmarks.md docs/benchmarks.svg
