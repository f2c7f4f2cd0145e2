from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from hypothesis import given
from hypothesis import strategies as st

from watchium.templatetags import assets

ENTRIES = (
    "js/entry/room.js",
    "js/entry/player.js",
    "js/entry/lobby.js",
    "js/entry/staff.js",
    "js/entry/join.js",
)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
# As the standard has them; slower and stricter than the pattern that pages use.
IMPORT = re.compile(r'\b(?:import|export)\b(?:[^;"\'()=]*?\bfrom\b)?\s*["\'](\.[^"\']+)["\']')
names = st.from_regex(r"[a-z]\w{0,8}", fullmatch=True)


def imported(tmp_path: Path, source: str) -> list[str]:
    path = tmp_path / "module.js"
    path.write_text(source)
    return assets._imported("js/page/module.js", str(path))


@pytest.mark.parametrize(
    "source",
    [
        'export function look() {}\n/** @typedef {import("./types.js").Look} Look */\n',
        'export class Look {\n  /** @param {import("./types.js").Look} look */\n  see(look) {}\n}\n',
        'export const words = ["./types.js"]\n',
        'export async function later() {\n  await import("./types.js")\n}\n',
        "export default look // from './types.js'\n",
        "// import { look } from './types.js'\n",
    ],
)
def test_paths_outside_imports_are_not_preloaded(tmp_path, source):
    assert imported(tmp_path, source) == []


@pytest.mark.parametrize(
    "source",
    [
        'import "./look.js"',
        'import { look } from "./look.js"',
        "import look, { see as saw } from './look.js'",
        'import * as look from "./look.js"',
        'import {\n  look,\n  see,\n} from "./look.js"\n',
        'export { look } from "./look.js"',
        'export * from "./look.js"',
    ],
)
def test_every_import_syntax_is_recognised(tmp_path, source):
    assert imported(tmp_path, source) == ["js/page/look.js"]


@given(st.lists(names, min_size=1, max_size=8), names)
def test_any_list_of_imported_names_is_recognised(tmp_path_factory, listed, module):
    source = f'import {{\n  {", ".join(listed)}\n}} from "./{module}.js"\n'
    assert imported(tmp_path_factory.mktemp("js"), source) == [f"js/page/{module}.js"]


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if finders.find(entry)])
def test_pages_preload_exactly_what_they_load(entry):
    loaded, waiting = set(), [entry]
    while waiting:
        name = waiting.pop()
        if name in loaded:
            continue
        loaded.add(name)
        source = COMMENT.sub("", Path(str(finders.find(name))).read_text())
        folder = Path(name).parent
        waiting += [str((folder / path).as_posix()) for path in IMPORT.findall(source)]
    resolved = {str(Path("/", name).resolve().relative_to("/")) for name in loaded}
    assert set(assets._read_closure((entry,))) == resolved


@pytest.mark.parametrize(("entry", "most"), [("js/entry/room.js", 60), ("js/entry/player.js", 45)])
def test_pages_load_few_modules(entry, most):
    modules = assets._read_closure((entry,))
    assert len(modules) <= most, f"{entry} loads {len(modules)} modules: {modules}"


def test_the_join_page_preloads_the_modules_of_the_room():
    template = Path(settings.BASE_DIR, "templates/rooms/join.html").read_text()
    assert '{% modulepreload "js/entry/join.js" "js/entry/room.js" %}' in template
