#!/bin/sh
# Makes build/helm hold Helm, for the tests of the chart, where none is on the PATH and go can build it (once; a minute
# or two). Without either the tests read the chart with a small renderer of their own (tests/packaging/templates.py).
set -eu
cd "$(dirname "$0")/.."
version=v3.17.3

! command -v helm >/dev/null || exit 0
[ ! -x build/helm/helm ] || exit 0
command -v go >/dev/null || {
    echo "There is neither helm nor go here: the chart is checked without Helm itself." >&2
    exit 0
}
echo "Building Helm $version into build/helm (once; a minute or two) …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
mkdir -p build/helm
GOBIN="$(pwd -P)/build/helm" GOFLAGS=-buildvcs=false go install "helm.sh/helm/v3/cmd/helm@$version" >"$log" 2>&1 || {
    tail -n 3 "$log" >&2
    echo "Helm could not be built: the chart is checked without it." >&2
}
