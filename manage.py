#!/usr/bin/env python
import gc
import os
import re
import sys
from importlib import import_module

CANNOT_START = 2


def main() -> None:
    gc.set_threshold(50_000)  # what is loaded is no garbage, and looking for some took a tenth of the start
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError as error:
        if error.name != "django":
            raise  # the installation is damaged, and the traceback names the package
        sys.stderr.write(
            "Watchium cannot start: this Python has no Django. Use .venv/bin/python, or `make run`.\n"
        )
        sys.exit(CANNOT_START)

    try:
        read_settings()
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except ImproperlyConfigured as error:  # an operator has no use for a traceback
        sys.stderr.write(f"Watchium cannot start: {error}\n")
        sys.exit(CANNOT_START)
    except BrokenPipeError:  # `| head` reads no further; without this, Python would report it again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def read_settings() -> None:
    from django.core.exceptions import ImproperlyConfigured

    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ValueError as error:  # of a single setting: no number, no file that can be read
        words = re.sub(r'^Environment variable "(\w+)" invalid: ', r"\1: ", " ".join(str(error).split()))
        raise ImproperlyConfigured(words.replace("['", "").replace("']", "")) from None


if __name__ == "__main__":
    main()
