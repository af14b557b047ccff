#!/usr/bin/env bash
# Makes .venv from requirements.lock and sees to the Debian packages. A second run with nothing changed does nothing.
#
# usage: packaging/setup.sh [GROUP ...]     GROUP: a section of packaging/debian-packages.txt
#        PYTHON=...                         the Python to build .venv with (3.11 or newer, with venv and ensurepip)

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

list=packaging/debian-packages.txt
stamp=.venv/.tocsin-stamp

say() { printf 'setup: %s\n' "$*" >&2; }

packages_of() {  # GROUP ...
    awk -v wanted=" $* " '
        /^[[:space:]]*(#|$)/ { next }
        /^\[/ { gsub(/[][]/, ""); inside = index(wanted, " " $0 " "); next }
        inside { print $1 }' "$list"
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] || is_provided "$1"; }

is_provided() {  # by another package, as Node's own nodejs provides npm and conflicts with Debian's
    dpkg-query -W -f '${db:Status-Status} ${Provides},\n' 2>/dev/null | grep -E "^installed (.* )?$1( \(|,)" >/dev/null
}

install_packages() {  # PACKAGE ...
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            say "these Debian packages are missing, and installing them needs a password. Run this, then the same command again:"
            printf '\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "$*" >&2
            exit 1
        fi
        as_root=(sudo -n)
    fi
    say "installing Debian packages: $*"
    mkdir -p build
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
    if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } >build/apt.log 2>&1 </dev/null; then
        tail -n 20 build/apt.log >&2
        say "apt-get failed; all of its words are in build/apt.log"
        exit 1
    fi
}

see_to_packages() {  # GROUP ...
    local missing=() package
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        [ $# -eq 0 ] || say "this is no Debian or Ubuntu: $list tells what has to be there"
        return
    fi
    for package in $(packages_of "$@"); do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
can_make_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

find_python() {  # prints the first that is new enough and can make a venv, or else the first that is new enough
    local candidate newest=""
    local candidates=(python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11)
    [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
    for candidate in "${candidates[@]}"; do
        command -v "$candidate" >/dev/null && is_new_enough "$candidate" || continue
        if can_make_venv "$candidate"; then
            echo "$candidate"
            return
        fi
        [ -n "$newest" ] || newest=$candidate
    done
    echo "$newest"
}

choose_python() {
    python=$(find_python)
    if [ -z "$python" ]; then
        say "no Python 3.11 or newer found${PYTHON:+ at $PYTHON}. Name one: make PYTHON=/path/to/python3.11 ..."
        exit 1
    fi
    if ! can_make_venv "$python" && command -v apt-get >/dev/null; then
        install_packages "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    fi
    if ! can_make_venv "$python"; then
        say "$python lacks venv or ensurepip. Install them, or name another: make PYTHON=/path/to/python3.11 ..."
        exit 1
    fi
}

make_venv() {
    if ! is_new_enough .venv/bin/python; then
        choose_python
        say "making .venv with $("$python" --version) ($python)"
        "$python" -m venv --clear .venv
    fi
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
}

install_locked() {
    local pip=(.venv/bin/python -m pip -qq --disable-pip-version-check install)
    say "installing what requirements.lock names (about 150 MB the first time)"
    "${pip[@]}" --require-hashes --requirement requirements.lock
    "${pip[@]}" --no-deps --no-build-isolation --editable .
}

see_to_venv() {  # the stamp holds what the installation was made from, so that a clone's file times do not matter
    make_venv
    local now
    now=$({ cat requirements.lock pyproject.toml; pwd; .venv/bin/python -VV; } | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$now" ]; then
        install_locked
        printf '%s\n' "$now" >"$stamp"
    fi
}

see_to_words() {  # building compiles the catalogues; this is for one that changed since
    local po
    for po in resources/locale/*/LC_MESSAGES/*.po; do
        if [ ! "${po%.po}.mo" -nt "$po" ]; then
            .venv/bin/python packaging/catalogues.py compile
            touch resources/locale/*/LC_MESSAGES/*.mo
            return
        fi
    done
}

see_to_packages "$@"
see_to_venv
see_to_words
