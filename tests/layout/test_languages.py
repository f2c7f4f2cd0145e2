"""The catalogues of `watchium/locale/` have the texts of the source: `make messages` renders them.

Every text is translated into every language.
"""

from __future__ import annotations

import ast
import gettext
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from tests.servers import Missing, unavailable, xgettext_path
from watchium.management.commands.makemessages import error_names
from watchium.protocol.errors import Refused

pytestmark = pytest.mark.once
LOCALE = Path(settings.LOCALE_PATHS[0])
LANGUAGES = sorted(path.name for path in LOCALE.iterdir() if path.is_dir())
DOMAINS = ("django", "djangojs")
PACKAGES = ("watchium", "rooms", "playback", "chat")
MOST_STALE = 150  # texts that the source no longer has
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\n)+)', re.MULTILINE)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def texts_of(catalogue: Path) -> set[str]:
    """The texts of a .po file."""
    found = (LITERAL.findall(entry) for entry in ENTRY.findall(catalogue.read_text("utf-8")))
    return {"".join(parts).replace("\\n", "\n").replace('\\"', '"') for parts in found} - {""}


def translations(language: str, domain: str) -> dict[str, list[str]]:
    """The translations of a compiled catalogue by their text, with all plural forms."""
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    found: dict[str, list[str]] = {}
    for key, text in catalogue.items():
        if key:
            found.setdefault(key if isinstance(key, str) else key[0], []).append(text)
    return found


def _require_gettext() -> None:
    try:
        xgettext_path()
    except Missing as missing:
        unavailable(missing)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The texts of the source by domain, as `make messages` extracts them."""
    _require_gettext()
    folder = tmp_path_factory.mktemp("locale")
    (folder / "xx").mkdir()
    with override_settings(LOCALE_PATHS=[folder]):
        call_command("makemessages", language=["xx"], no_compile=True)
    return {domain: texts_of(folder / "xx" / "LC_MESSAGES" / f"{domain}.po") for domain in DOMAINS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_and_few_stale_ones(language: str, source: dict[str, set[str]]):
    found = {domain: set(translations(language, domain)) for domain in DOMAINS}
    untranslated = [text for domain in DOMAINS for text in sorted(source[domain] - found[domain])]
    stale = [text for domain in DOMAINS for text in sorted(found[domain] - source[domain])]
    hint = f"of {language}; run `make messages` and translate: "
    assert not untranslated, f"{len(untranslated)} {hint}{untranslated[:20]}"
    assert len(stale) <= MOST_STALE, f"{len(stale)} stale texts {hint}{stale[:20]}"


@lru_cache
def every_error() -> list[type[Refused]]:
    def below(kind: type[Refused]) -> list[type[Refused]]:
        return [each for child in kind.__subclasses__() for each in (child, *below(child))]

    import watchium.urls  # noqa: F401  # so that every module with errors is loaded

    return [kind for kind in below(Refused) if not kind.__module__.startswith("tests.")]


def test_the_sentence_of_every_error_can_be_translated(source: dict[str, set[str]]):
    unmarked = {kind.__name__ for kind in every_error() if kind.message not in source["django"]}
    assert not unmarked, "put the message into gettext_noop(...)"


def test_sentences_of_errors_are_no_f_strings():
    """No catalogue has what an f-string makes. Names of fields are for programs, and stay in English."""
    names = {*error_names(), "Sentence", "Counted"}
    for_programs = re.compile(r" is one of | cannot be changed|`")
    found = []
    for package in PACKAGES:
        for path in (Path(settings.BASE_DIR) / package).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.JoinedStr):
                    name = getattr(call.func, "id", None)
                    sentence = ast.unparse(call.args[0])
                    if name in names and not for_programs.search(sentence):
                        found.append(f"{path.name}:{call.lineno}: {sentence}")
    assert not found, "put the values behind the sentence, by name"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders_and_fill_every_form(language: str):
    wrong = []
    for domain in DOMAINS:
        for text, forms in translations(language, domain).items():
            expected = set(PLACEHOLDER.findall(text))
            # A plural form may leave the number out: "one entry".
            wrong += [form for form in forms if not form or set(PLACEHOLDER.findall(form)) - expected]
            wrong += [
                text for form in forms if len(forms) == 1 and set(PLACEHOLDER.findall(form)) != expected
            ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_and_scripts_translate_a_text_in_the_same_way(language: str):
    pages, scripts = (translations(language, domain) for domain in DOMAINS)
    assert not {text for text in pages.keys() & scripts.keys() if pages[text] != scripts[text]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_that_of_its_source(language: str, domain: str, tmp_path: Path):
    _require_gettext()
    source = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    subprocess.run(["msgfmt", "--check-format", "-o", tmp_path / "made.mo", source], check=True)
    with (tmp_path / "made.mo").open("rb") as made, source.with_suffix(".mo").open("rb") as kept:
        assert gettext.GNUTranslations(made)._catalog == gettext.GNUTranslations(kept)._catalog  # type: ignore[attr-defined]


def test_only_languages_with_a_catalogue_are_offered():
    assert {code for code, _ in settings.LANGUAGES} - {"en"} <= set(LANGUAGES)
