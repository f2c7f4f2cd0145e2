#!/bin/sh
# Renders requirements.txt, requirements-dev.txt and deploy/pip.txt with hashes, for all platforms and Python versions.
# Needs uv.
set -eu
cd "$(dirname "$0")/.."

pin() {
    out=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
        --no-header pyproject.toml "$@" --output-file "$out" >/dev/null
    { echo '# Rendered from pyproject.toml by `make pins`; do not edit.' && grep -v '^#' "$out"; } >"$out.new"
    mv "$out.new" "$out"
}

pin_pip() {
    { echo '# The pip that installs the other packages if there is no uv; an older pip may have vulnerabilities. Rendered by `make pins`; do not edit.' &&
        echo pip | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
            --no-annotate --no-header "$@" -; } >deploy/pip.txt.new
    mv deploy/pip.txt.new deploy/pip.txt
}

pin_pip "$@"
pin requirements.txt "$@"
pin requirements-dev.txt --group dev --constraint requirements.txt
