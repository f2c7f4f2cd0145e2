from __future__ import annotations

from django.urls import path

from playback import media

urlpatterns = [path("media/samples/<str:name>", media.sample, name="sample")]
