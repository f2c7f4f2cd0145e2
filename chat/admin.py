"""Django admin for comments: read-only, except for deletion, which is published to open pages."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chat import actions, moderation
from chat.models import Comment
from rooms.admin import ReadOnlyAdmin, act_on_each, may_change, staff_reason


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ["username", "text", "room", "is_system", "created_at", "deleted_at"]
    list_filter = ["is_system", ("deleted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["room"]
    search_fields = ["text", "username", "user_id", "room__room_id"]
    exclude = ["content_hash", "event_id"]
    actions = ["delete_comments", "delete_all_of_authors"]

    def has_act_permission(self, request: HttpRequest) -> bool:
        return may_change(self, request)

    @admin.action(description="Delete the selected comments", permissions=["act"])
    def delete_comments(self, request: HttpRequest, comments: QuerySet[Comment]) -> None:
        name = request.user.get_username()
        act_on_each(
            self, request, comments, lambda comment: actions.remove_as_staff(comment, name), "Deleted"
        )

    @admin.action(description="Delete all comments of their authors in these rooms", permissions=["act"])
    def delete_all_of_authors(self, request: HttpRequest, comments: QuerySet[Comment]) -> None:
        reason = staff_reason(request)

        def action(comment: Comment) -> None:
            moderation.delete_all(comment.room, comment.user_id, actor=None, reason=reason)

        authored = {(comment.room_id, comment.user_id): comment for comment in comments if comment.user_id}
        act_on_each(self, request, list(authored.values()), action, "Deleted all of an author")
