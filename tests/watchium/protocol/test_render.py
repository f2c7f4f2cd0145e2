import json
import re

import pytest
from django.core.management import CommandError, call_command

from watchium.protocol import events, render


def test_rendered_files_are_what_the_messages_say():
    assert render.stale() == []


def test_a_stale_file_fails_the_check(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "rendered", lambda: {render.ROOT / "docs/protocol.md": "something older"})
    with pytest.raises(CommandError, match=r"docs/protocol\.md"):
        call_command("render_protocol", "--check")


def test_every_word_of_the_protocol_is_in_javascript_and_on_the_page():
    javascript, page = render.javascript(), render.page()
    for word in events.WORDS - {"custom"}:
        assert f'"{word}"' in javascript
        assert f"#### `{word}`" in page


def test_every_link_on_the_page_leads_somewhere():
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
