"""Admin pages of the library: list items, correct their tags, and upload files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from playback.domain.media_facts import Stream
from playback.library import uploads
from playback.library.metadata.ffprobe import UnreadableFile
from playback.models import MediaItem
from playback.sources.samples import sample_at
from rooms.admin import ReadOnlyAdmin, may_change
from watchium.text import media_time

FACTS = [
    *("present", "source", "kind", "mime", "plays", "why", "streams", "length", "path", "file_size"),
    *("cover", "added_at"),
]


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files."""

    widget = ManyFilesInput(attrs={"accept": uploads.ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(file, initial) for file in given or [None]]


class FilesForm(forms.Form):
    chosen = FilesField(
        label="Files",
        help_text="Audio and video. The list marks what not every browser plays.",
    )


class MediaItemAdmin(ReadOnlyAdmin):
    """Items found by a scan. A changed file overwrites corrected tags with its own."""

    list_display = ["title", "artist", "album", "kind", "plays", "why", "length", "present", "added_at"]
    list_filter = ["plays", "kind", "missing", "uploaded"]
    search_fields = ["title", "artist", "album", "path"]
    fields = ["title", "artist", "album", *FACTS]
    readonly_fields = FACTS
    change_list_template = "admin/playback/mediaitem/change_list.html"

    @admin.display(description="length", ordering="duration")
    def length(self, item: MediaItem) -> str:
        return media_time(item.duration) if item.duration else "-"

    @admin.display(description="present", boolean=True, ordering="missing")
    def present(self, item: MediaItem) -> bool:
        """Inverted, so that a present file gets the green tick."""
        return not item.missing

    @admin.display(description="source", ordering="uploaded")
    def source(self, item: MediaItem) -> str:
        return "by staff" if item.uploaded else "by scan"

    @admin.display(description="streams")
    def streams(self, item: MediaItem) -> str:
        """What is in the file: "video h264 1920x1080, audio aac jpn, subtitle ass eng"."""
        facts = item.media_facts
        return ", ".join(_described(stream) for stream in facts.streams if not stream.cover) if facts else "-"

    @admin.display(description="size", ordering="size")
    def file_size(self, item: MediaItem) -> str:
        return filesizeformat(item.size)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_change(self, request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only rows can be deleted: those of missing files, and those of unwanted samples."""
        may = bool(request.user.is_active and request.user.has_perm("playback.delete_mediaitem"))
        return may and (not isinstance(obj, MediaItem) or obj.missing or sample_at(obj.path) is not None)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaItem]:
        """Without the facts, which the list does not show: a page of 100 films would carry a quarter of a megabyte."""
        items: QuerySet[MediaItem] = super().get_queryset(request).defer("facts")
        return items

    def get_urls(self) -> list[URLPattern]:
        upload = path("files/", self.admin_site.admin_view(self.upload), name="playback_mediaitem_files")
        return [upload, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "may_upload": _may_upload(request)})

    def upload(self, request: HttpRequest) -> HttpResponse:
        """The upload page. It names the files that cannot be stored, and stores the others."""
        if not _may_upload(request):
            raise PermissionDenied
        sent = request.method == "POST"
        form = FilesForm(request.POST, request.FILES) if sent else FilesForm()
        if sent and form.is_valid():
            for file in form.cleaned_data["chosen"]:
                self._store(request, file)
            return redirect(reverse("admin:playback_mediaitem_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Add files",
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(
            request, "admin/playback/mediaitem/upload.html", {**context, "most": uploads.max_bytes()}
        )

    def _store(self, request: HttpRequest, file: UploadedFile[Any]) -> None:
        try:
            item = uploads.store(file)
        except UnreadableFile as damaged:
            messages.error(request, f"{file.name}: {damaged}")
        except OSError as error:
            messages.error(request, f"{file.name}: the server could not store it ({error.strerror}).")
        else:
            self.log_addition(request, item, "Uploaded")
            messages.success(request, f"Added: {item}")


def _described(stream: Stream) -> str:
    size = f"{stream.width}x{stream.height}" if stream.width else ""
    parts = (stream.type, stream.codec, size, stream.language, stream.title)
    return " ".join(part for part in parts if part)


def _may_upload(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.has_perm(uploads.ADD_PERMISSION))


admin.site.register(MediaItem, MediaItemAdmin)
