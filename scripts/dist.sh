#!/bin/sh
# Writes the wheel into dist/. The same sources give the same bytes: its times are SOURCE_DATE_EPOCH, or else the last
# commit's, or else one fixed day.
set -eu
cd "$(dirname "$0")/.."

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || true)}
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-1767225600}"
mkdir -p dist
rm -f dist/*.whl
.venv/bin/python -c 'from flit_core.buildapi import build_wheel; print("dist/" + build_wheel("dist"))'
