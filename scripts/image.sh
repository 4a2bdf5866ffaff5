#!/bin/sh
# usage: image.sh [BUILD OPTION]…
# Builds the Dockerfile with what is here, and sees that the image starts as its own user on a read-only file system.
# With buildah as root and mmdebstrap, but without a registry, a stand-in made of Debian's packages takes the place of
# the base image (BASE=stand-in asks for it): that shows that every step of the Dockerfile works, not what it works on.
# Give a mirror or an authority of your own to the build's pip by options: -v /etc/pip.conf:/etc/pip.conf:ro
set -eu
cd "$(dirname "$0")/.."
base=$(awk '$1 == "FROM" { print $2; exit }' Dockerfile)
tag=bridge:check
tell='import bridge, os; print("bridge", bridge.__version__, "runs as uid", os.getuid())'

if docker info >/dev/null 2>&1; then
    docker build "$@" -t "$tag" .
    docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges "$tag" --version
    exec docker run --rm --read-only --cap-drop ALL --entrypoint python3 "$tag" -c "$tell"
fi
if command -v podman >/dev/null && [ "${BASE-}" != stand-in ] && podman info >/dev/null 2>&1; then
    podman build --format docker "$@" -t "$tag" .
    podman run --rm --read-only --cap-drop ALL --security-opt no-new-privileges "$tag" --version
    exec podman run --rm --read-only --cap-drop ALL --entrypoint python3 "$tag" -c "$tell"
fi
if ! command -v buildah >/dev/null; then
    echo "The image was NOT built: there is no engine here (docker with its daemon, podman or buildah)." >&2
    echo "On Debian: apt-get install buildah mmdebstrap. The Dockerfile itself is linted by make test." >&2
    exit 1
fi

# No daemon, no kernel features: works in a container too. What it keeps goes with the folder.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
engine="buildah --root $work/store --runroot $work/run --storage-driver vfs"

if [ "${BASE-}" = stand-in ] || ! $engine pull -q "$base" >/dev/null 2>"$work/pull"; then
    [ "$(id -u)" -eq 0 ] && command -v mmdebstrap >/dev/null || {
        tail -n 1 "$work/pull" >&2 2>/dev/null || true
        echo "The image was NOT built: $base is not to be had, and a stand-in needs root and mmdebstrap." >&2
        exit 1
    }
    echo "Standing in for $base: Debian's own Python …"
    mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,ca-certificates \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/base.tar"
    container=$($engine from scratch)
    $engine add --quiet "$container" "$work/base.tar" / >/dev/null
    $engine commit --quiet --rm "$container" "$base" >/dev/null
    rm "$work/base.tar"
fi
$engine bud --pull=never --isolation chroot --network host --format docker "$@" -t "$tag" .
container=$($engine from --pull=never "$tag")
$engine run --isolation chroot "$container" -- bridge --version
$engine run --isolation chroot "$container" -- python3 -c "$tell"
$engine run --isolation chroot "$container" -- sh -c '! touch /opt/bridge/x 2>/dev/null'
echo "The image was built and starts; its own user cannot write to what it runs."
