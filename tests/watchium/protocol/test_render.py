import json
import re

import pytest
from django.core.management import CommandError, call_command

from watchium.protocol import render
from watchium.protocol.codec import ROOM_MESSAGE_TYPES


def test_rendered_files_match_the_structs():
    assert render.stale() == []


def test_a_stale_file_fails_the_check(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "rendered", lambda: {render.ROOT / "docs/protocol.md": "something older"})
    with pytest.raises(CommandError, match=r"docs/protocol\.md"):
        call_command("render_protocol", "--check")


def test_every_message_type_is_in_javascript_and_on_the_page():
    javascript, page = render.javascript(), render.page()
    for kind in ROOM_MESSAGE_TYPES - {"custom"}:
        assert f'"{kind}"' in javascript
        assert f"#### `{kind}`" in page


def test_every_link_on_the_page_has_a_target():
    page = render.page()
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("#").strip()).lower().replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(#([^)]+)\)", page):
        assert target in headings


def test_every_reference_in_the_schema_is_defined():
    schema = json.loads(render.schema())
    for name in re.findall(r'"\$ref": "#/\$defs/([^"]+)"', render.schema()):
        assert name in schema["$defs"]
