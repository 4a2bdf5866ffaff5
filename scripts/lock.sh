#!/bin/sh
# usage: lock.sh [--upgrade] [--upgrade-package NAME]…
# Writes the three lock files anew: hashed, for every platform and Python >= 3.11, and without any address.
# Versions already locked stay, unless --upgrade says otherwise.
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v "${UV-uv}" || true)
if [ -z "$uv" ]; then
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    trap 'exit 130' INT TERM
    "${PYTHON:-python3}" -m venv "$tools"
    "$tools/bin/pip" --disable-pip-version-check install --quiet uv
    uv=$tools/bin/uv
fi

lock() {
    "$uv" pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --no-annotate \
        --python-version 3.11 "$@"
}

# The largest first; the others are held to it, so that what is tested is what is shipped.
lock -o requirements-dev.txt --extra demo --group build --group dev "$@"
lock -o requirements-demo.txt --extra demo --group build -c requirements-dev.txt "$@"
lock -o requirements.txt -c requirements-dev.txt "$@"
