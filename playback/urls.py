from __future__ import annotations

from django.urls import path, re_path

from playback.library import range_response, views
from playback.media_lookup import ITEM_ID

urlpatterns = [
    path("media/samples/<str:name>", range_response.sample, name="sample"),
    re_path(f"^media/library/(?P<item_id>{ITEM_ID})\\Z", views.item, name="library-item"),
    path("media/covers/<str:name>", views.cover, name="cover"),
]
