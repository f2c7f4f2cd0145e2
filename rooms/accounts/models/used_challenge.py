"""Challenges of passkeys that were answered: of several processes one accepts the answer, whatever each remembers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction

KEPT_FOR = timedelta(hours=1)  # a challenge is valid for minutes


class UsedChallengeQuerySet(models.QuerySet["UsedChallenge"]):
    def claim(self, challenge: str, now: datetime) -> bool:
        """Use the challenge; return False if it was used before."""
        try:
            with transaction.atomic():
                self.create(challenge=challenge, used_at=now)
        except IntegrityError:
            return False
        return True

    def outdated(self, now: datetime) -> UsedChallengeQuerySet:
        return self.filter(used_at__lt=now - KEPT_FOR)


class UsedChallenge(models.Model):
    """Only of answers that were right: others cannot fill the table."""

    challenge = models.CharField(max_length=120, unique=True)
    used_at = models.DateTimeField(db_index=True)

    objects = UsedChallengeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.challenge
