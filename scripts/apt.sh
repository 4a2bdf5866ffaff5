#!/bin/sh
# usage: apt.sh PACKAGE…
# Installs Debian packages; shows what apt said only when it failed.
set -eu
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
export DEBIAN_FRONTEND=noninteractive

{
    apt-get update || true  # one unreachable source of many need not matter; the install will tell
    apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
} >"$log" 2>&1 </dev/null || {
    tail -n 15 "$log" >&2
    exit 1
}
