"""Model fields of rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:  # the field takes its parameters only when types are checked
    CharField = models.CharField


class GeneratedCharField(CharField):
    """A CharField with a default function that migrations do not see.

    A migration that names the function would import it for as long as the migration exists, and the function could
    neither move nor change its name. The database knows no default of it either way. The default stays on the field,
    and not in `save`, so that `bulk_create`, `get_or_create` and rows inserted by `watchium.db.rows` have it as well.
    """

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.CharField", args, kwargs
