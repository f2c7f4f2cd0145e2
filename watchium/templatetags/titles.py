"""Titles that Watchium gave itself are shown in the reader's language; all others are as people typed them."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext, gettext_noop

register = template.Library()

# Of the demo room and the samples, as in `rooms/display_names.py` and `playback/sources/samples.py`.
OWN_TITLES = (
    gettext_noop("Demo: a clip to watch together"),
    gettext_noop("Sample clip"),
    gettext_noop("Sample music"),
)


@register.filter
def shown_title(title: str) -> str:
    return gettext(title) if title in OWN_TITLES else title
