from __future__ import annotations

from django.urls import path, re_path

from playback.conversion import views as conversion_views
from playback.library import range_response, views
from playback.library.captions import views as captions
from playback.media_lookup import ITEM_ID
from playback.models.upload import ID_CHARS, UPLOADS_AT
from playback.uploads import contents_api as contents
from playback.uploads.views import upload, upload_result

UPLOAD = f"{UPLOADS_AT[1:]}(?P<upload_id>[0-9a-f]{{{ID_CHARS}}})"

urlpatterns = [
    path("media/samples/<str:name>", range_response.sample, name="sample"),
    re_path(f"^media/library/(?P<item_id>{ITEM_ID})\\Z", views.item, name="library-item"),
    re_path(f"^{UPLOAD}\\Z", upload, name="upload"),
    re_path(
        f"^{UPLOAD}/captions/(?P<track_id>{captions.TRACK_ID})\\Z",
        contents.captions,
        name="upload-captions",
    ),
    re_path(f"^{UPLOAD}/captions/fonts/(?P<index>[0-9]{{1,4}})\\Z", contents.font, name="upload-font"),
    re_path(
        f"^{UPLOAD}/(?P<job>{ITEM_ID})/(?P<path>{conversion_views.FILE_PATH})\\Z",
        upload_result,
        name="converted-upload",
    ),
    re_path(
        f"^media/converted/(?P<item_id>{ITEM_ID})/(?P<job>{ITEM_ID})/(?P<path>{conversion_views.FILE_PATH})\\Z",
        conversion_views.result_file,
        name="converted",
    ),
    re_path(
        f"^media/captions/(?P<item_id>{ITEM_ID})/(?P<track_id>{captions.TRACK_ID})\\Z",
        captions.captions,
        name="library-captions",
    ),
    re_path(
        f"^media/captions/(?P<item_id>{ITEM_ID})/fonts/(?P<index>[0-9]{{1,4}})\\Z",
        captions.font,
        name="library-font",
    ),
    path("media/covers/<str:name>", views.cover, name="cover"),
]
