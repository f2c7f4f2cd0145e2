"""The choices of room and member fields."""

from __future__ import annotations

from django.db import models


class Visibility(models.TextChoices):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class ControlPolicy(models.TextChoices):
    HOST = "host"
    MODERATORS = "moderators"
    EVERYONE = "everyone"


class Role(models.TextChoices):
    HOST = "host"
    MODERATOR = "moderator"
    MEMBER = "member"
