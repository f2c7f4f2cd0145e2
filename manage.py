#!/usr/bin/env python
import gc
import os
import sys

if __name__ == "__main__":
    gc.set_threshold(50_000)  # what is loaded is no garbage, and looking for some took a tenth of the start
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # said to an operator, who has no use for a traceback
        sys.exit(f"Watchium cannot start: {error}")
