"""Extract the texts of pages, scripts and errors, merge them into the catalogues in `watchium/locale/`; compile them.

Django's command, with this project's options. Also the sentences of errors (`raise TooLong("...")`) are extracted:
every subclass of `Refused` whose first argument is a message is a keyword. Needs GNU gettext.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

from watchium.protocol.errors import Refused

FOR_PROGRAMS = re.compile(r"^msgid .*(\{[^}]*[^a-z_}][^}]*\}|`)", re.MULTILINE)
CHANGING = re.compile(r'^"(POT-Creation-Date|Report-Msgid-Bugs-To):.*\n', re.MULTILINE)
IGNORED = [
    "tests/*",
    "data/*",
    "static/vendor/*",
    "static/samples/*",
    "docs/*",
    "deploy/*",
    ".venv/*",
    "node_modules/*",
]
SENTENCES = ("Sentence", "Counted:1,2")  # of watchium.sentences
NO_ERRORS = (".migrations", ".management", "watchium.asgi")  # importing these runs code
ADMIN = [
    "templates/admin/*",
    "*/admin.py",
    "watchium/doctor/*",
    "*/management/*",
]  # for operators: in English


class Command(makemessages.Command):
    help = "Render the catalogues of watchium/locale/ from the texts of the source, and compile them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--language", action="append", help="only this one; by default all folders of watchium/locale/"
        )
        parser.add_argument("--no-compile", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0])
        languages = options["language"] or sorted(path.name for path in folder.iterdir() if path.is_dir())
        for domain in ("django", "djangojs"):
            self.extract(domain, languages)
        if not options["no_compile"]:
            call_command("compilemessages", locale=languages, ignore_patterns=IGNORED, verbosity=0)

    def find_files(self, root: str) -> list[Any]:
        """All texts go into one folder, whatever other `locale` folders are near."""
        files: list[Any] = super().find_files(root)
        for file in files:
            file.locale_dir = self.default_locale_path
        return files

    def build_potfiles(self) -> list[str]:
        """Leave out sentences for programs: f-strings, which no catalogue could match, and names in backticks."""
        files = super().build_potfiles()
        for name in files:
            pot = Path(name)
            blocks = pot.read_text(encoding="utf-8").split("\n\n")
            text = "\n\n".join(each for each in blocks if not FOR_PROGRAMS.search(each))
            pot.write_text(CHANGING.sub("", text), encoding="utf-8")
        return files

    def extract(self, domain: str, languages: list[str]) -> None:
        names = [*error_names(), *SENTENCES] if domain == "django" else []
        keywords = [f"--keyword={name}" for name in names]
        self.xgettext_options = [*makemessages.Command.xgettext_options, *keywords]
        self.msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
        super().handle(
            locale=languages,
            exclude=[],
            all=False,
            domain=domain,
            extensions=None,
            symlinks=False,
            ignore_patterns=[*IGNORED, *ADMIN],
            use_default_ignore_patterns=True,
            no_wrap=True,
            no_location=True,
            add_location=None,
            no_obsolete=True,
            keep_pot=False,
            verbosity=0,
        )


def error_names() -> list[str]:
    """Return the errors whose first argument is a sentence for users, of all modules, whichever are loaded."""
    for package in ("watchium", "rooms", "playback", "chat"):
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not any(part in module.name for part in NO_ERRORS):
                import_module(module.name)
    kinds = subclasses_of(Refused)
    return [kind.__name__ for kind in kinds if next(iter(inspect.signature(kind).parameters)) == "message"]


def subclasses_of(kind: type[Refused]) -> list[type[Refused]]:
    """Return all subclasses, in the order of their names."""
    found = {each for below in kind.__subclasses__() for each in (below, *subclasses_of(below))}
    return sorted(found, key=lambda each: each.__name__)
