#!/bin/sh
# usage: venv.sh demo|dev
# Makes .venv hold exactly what requirements-demo.txt or requirements-dev.txt locks, and this package, editable.
#
# The two marks are written last, so an interrupted set-up is begun again from nothing. They hold sums, not times:
# a second call returns at once, a changed lock makes .venv anew, a changed pyproject.toml installs only the package.
set -eu
cd "$(dirname "$0")/.."

locked=.venv/.locked
packaged=.venv/.packaged
uv=$(command -v "${UV-uv}" || true)  # for speed only; `make UV= …` does without

# What is there never shrinks: after `make test`, `make demo` keeps the larger set.
extent=$1
case $(cat "$locked" 2>/dev/null) in dev*) extent=dev ;; esac
lock=requirements-$extent.txt

# The place counts too: an editable install and the scripts' first lines hold absolute paths.
lock_sum="$extent $(pwd -P | cat - "$lock" | cksum)"
package_sum=$(cksum <pyproject.toml)

answers() { "$1" -c "$2" >/dev/null 2>&1 </dev/null; }  # run it: a pyenv shim can be on PATH and still fail

choose_python() {
    no_venv=
    for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        answers "$python" 'import sys; sys.exit(sys.version_info < (3, 11))' || continue
        [ -n "$uv" ] || answers "$python" 'import ensurepip' || { no_venv=${no_venv:-$python}; continue; }
        return 0
    done
    if [ -n "$no_venv" ]; then
        echo "$no_venv cannot make a virtual environment: its ensurepip module is missing."
    else
        version=$("${PYTHON:-python3}" -V 2>&1) || version="not there"
        echo "Python 3.11 or newer is needed; ${PYTHON:-python3} is $version."
        echo "If you have one elsewhere, name it: make PYTHON=/path/to/python3.13 …"
    fi >&2
    echo "On Debian 12, Ubuntu 24.04 or newer: apt-get install make python3-venv" >&2
    exit 1
}

install() {
    if [ -n "$uv" ]; then
        "$uv" pip "$@" || { echo "uv failed; to use pip instead: make UV= …" >&2; return 1; }
    else
        [ "$1" != sync ] || { shift; set -- install -r "$@"; }  # .venv is new: nothing to take away
        .venv/bin/python -m pip --disable-pip-version-check "$@"
    fi
}

if [ "$(cat "$locked" 2>/dev/null)" != "$lock_sum" ] || [ ! -x .venv/bin/python ] ||
    { [ -z "$uv" ] && [ ! -x .venv/bin/pip ]; }; then
    choose_python
    echo "Setting up .venv with $("$python" -V) from $lock (once; under a minute) …"
    rm -rf .venv
    "$python" -m venv ${uv:+--without-pip} .venv
    VIRTUAL_ENV=.venv install sync "$lock" --quiet --require-hashes
    echo "$lock_sum" >"$locked"
fi

if [ "$(cat "$packaged" 2>/dev/null)" != "$package_sum" ]; then
    VIRTUAL_ENV=.venv install install --quiet --no-deps --no-build-isolation -e .
    echo "$package_sum" >"$packaged"
fi
