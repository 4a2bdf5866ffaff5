#!/bin/sh
# usage: interop.sh [lock]
# Makes build/interop hold the OpenID provider (for node) that tests/interop locks; with `lock` writes that lock anew.
# Without node those tests are skipped, with the reason; so they are where npm cannot install, unless
# BRIDGE_REQUIRE_INTEROP=1 (set in CI): there a silent skip would hide a sign-in that works with our own provider only.
set -eu
cd "$(dirname "$0")/.."

source=tests/interop
target=build/interop
mark=$target/.locked  # written last: an interrupted installation is begun again

without() {
    echo "$1 Going on without the tests against a provider that others wrote (tests/interop)." >&2
    exit 0
}
cannot() {
    [ "${BRIDGE_REQUIRE_INTEROP:-0}" = 1 ] || without "$1"
    echo "$1 To go on without the tests that need it: BRIDGE_REQUIRE_INTEROP=0" >&2
    exit 1
}
ask_node() { node -e "$1" >/dev/null 2>&1 </dev/null; }
fill() { rm -rf "$target" && mkdir -p "$target" && cp "$source"/package*.json "$source/.npmrc" "$target/"; }

command -v node >/dev/null || without "There is no node here."
sum="$(node --version) $(cat "$source"/package*.json | cksum)"
[ "$(cat "$mark" 2>/dev/null)" != "$sum" ] || [ "${1-}" = lock ] || exit 0

command -v npm >/dev/null || cannot "There is node here, but no npm."
# crypto.hash came with the oldest node that the provider runs on.
ask_node 'process.exit(require("crypto").hash ? 0 : 1)' || cannot "Node 20.12 or newer is needed; this is $(node --version)."

fill
if [ "${1-}" = lock ]; then
    npm --prefix "$target" install --package-lock-only --silent
    # Hashes are what is held to; addresses are each machine's own.
    node -e '
        const { readFileSync, writeFileSync } = require("fs");
        const lock = JSON.parse(readFileSync(process.argv[1]));
        for (const entry of Object.values(lock.packages)) { delete entry.resolved; delete entry.funding; }
        writeFileSync(process.argv[2], JSON.stringify(lock, null, 2) + "\n");
    ' "$target/package-lock.json" "$source/package-lock.json"
    exit 0
fi

echo "Installing the provider that tests/interop needs into $target (once; 4 MB) …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
npm --prefix "$target" ci --no-progress --fetch-timeout=20000 --fetch-retries=1 >"$log" 2>&1 </dev/null || {
    grep -i error "$log" | head -n 3 >&2 || true
    cannot "npm could not install the provider."
}
echo "$sum" >"$mark"
