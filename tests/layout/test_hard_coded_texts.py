"""Texts for users go through gettext: none is written into a template or a script as it is.

Catalogues cannot translate what they never get. The texts of a whole visit are checked in tests/browser.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once
ROOT = Path(settings.BASE_DIR)
IN_ENGLISH = {"admin", "api"}  # for operators, and for programmers
# Names, units and what readers type as it is.
AS_IT_IS = {"Watchium", "UTC", "ms", "Alt", "friday"}
WORD = re.compile(r"[A-Za-z]{2,}")

# ---------------------------------------------------------------- templates

NO_TEXT = re.compile(
    r"\{% comment .*?\{% endcomment %\}"
    r"|\{% blocktranslate.*?\{% endblocktranslate %\}"
    r"|\{% block (?:assets|body|cover) %\}.*?\{% endblock %\}"
    r"|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)
SHOWN = re.compile(r"aria-label|aria-description|title|placeholder|alt|label|data-word.*")


class Texts(HTMLParser):
    """Collects what a page shows and what a screen reader says."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.code += tag in ("script", "style")
        self.found += [value for name, value in attrs if value and SHOWN.fullmatch(name)]

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.code:
            self.found.append(data)


def texts_of(template: str) -> list[str]:
    parser = Texts()
    parser.feed(NO_TEXT.sub(" ", template))
    return [text.strip() for text in parser.found if set(WORD.findall(text)) - AS_IT_IS]


def test_templates_have_no_text_outside_gettext():
    folder = ROOT / "templates"
    files = {path.relative_to(folder): path.read_text("utf-8") for path in folder.rglob("*.html")}
    checked = {path: text for path, text in files.items() if not IN_ENGLISH & {*path.parts}}
    found = {path.as_posix(): texts for path, text in checked.items() if (texts := texts_of(text))}
    assert len(checked) > 40
    assert not found


@pytest.mark.parametrize(
    "template",
    [
        "<p>Press play</p>",
        '<button aria-label="Close"></button>',
        "<input placeholder='Your name'>",
        '<p>{% translate "Close" %} now</p>',
    ],
)
def test_a_text_in_a_template_is_found(template: str):
    assert texts_of(template)


def test_what_is_translated_or_no_text_is_not_found():
    template = """<script>const text = "Press play"</script><p title="{% translate 'Close' %}">{{ name }} 0 ms
        {% blocktranslate %}One text{% endblocktranslate %}{# a remark #}</p>"""
    assert not texts_of(template)


# ---------------------------------------------------------------- scripts

TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|/(?![/*\s])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"
    r"|`(?:[^`\\]|\\.)*`|\"(?:[^\"\\\n]|\\.)*\"",
    re.DOTALL,
)
SENTENCE = re.compile(r"[A-Z][a-z]+(?: [\w(]|[.!?…]$)")
TRANSLATED = re.compile(r"gettext\((?:\s*\"(?:[^\"\\]|\\.)*\",)?\s*$")
FOR_DEVELOPERS = re.compile(r"(?:console\.\w+|Error)\(\s*$")
EMBEDDED = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
# Lists of words: emoji by their English names, whose groups `emoji_picker.js` translates; names of formats.
WORD_LISTS = ("core/room/emoji.js", "core/chapters/skippable.js", "core/media/file_faults.js")
LOOKED_UP = "page/chat/emoji_picker.js"  # keys of a table beside their translation


def sentences_of(script: str) -> list[str]:
    found = []
    for token in TOKEN.finditer(script):
        text, before = token[0], script[: token.start()]
        if text[0] == "/" or TRANSLATED.search(before) or FOR_DEVELOPERS.search(before):
            continue
        if script[token.end() : token.end() + 1] != ":" and SENTENCE.match(EMBEDDED.sub("", text[1:-1])):
            found.append(text)
    return found


def test_scripts_have_no_sentence_outside_gettext():
    folder = ROOT / "static" / "js"
    files = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.js")}
    checked = {name: text for name, text in files.items() if name not in (*WORD_LISTS, LOOKED_UP)}
    assert len(checked) > 200
    assert not {name: found for name, text in checked.items() if (found := sentences_of(text))}


@pytest.mark.parametrize(
    "script",
    ['setText(line, "Press play")', 'status.textContent = "Done."', "const text = `Waiting for ${name}`"],
)
def test_a_sentence_in_a_script_is_found(script: str):
    assert sentences_of(script)


def test_what_a_script_translates_or_logs_is_not_found():
    script = """// Press play
        setText(line, gettext("Press play"))
        ngettext("One file", "Many files", n)
        console.error("Press play"), new Error("Press play"), line.match(/Press play/), "room-page"
        `${gettext("Press play")} ${count}`"""
    assert not sentences_of(script)
