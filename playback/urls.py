from __future__ import annotations

from django.urls import path, re_path

from playback import media
from playback.finding import ITEM_ID
from playback.library import serving

urlpatterns = [
    path("media/samples/<str:name>", media.sample, name="sample"),
    re_path(f"^media/library/(?P<item_id>{ITEM_ID})\\Z", serving.item, name="library-item"),
    path("media/covers/<str:name>", serving.cover, name="cover"),
]
