"""Playlists: queues that an account keeps under a name, on all its devices."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from rooms.models import Person

MAX_NAME = 80


class PlaylistQuerySet(models.QuerySet["Playlist"]):
    def of(self, person: Person) -> list[Playlist]:
        """Return the person's playlists in the order of their names, without the entries."""
        return list(self.filter(person=person).defer("entries").order_by(Lower("name"), "pk"))

    def by(self, person: Person) -> PlaylistQuerySet:
        return self.filter(person=person)

    def of_person(self, person: Person, pk: int) -> Playlist | None:
        return self.filter(person=person, pk=pk).first()

    def named(self, person: Person, name: str) -> Playlist | None:
        return self.filter(person=person, name=name).first()

    def discard(self, person: Person, pk: int) -> None:
        self.filter(person=person, pk=pk).delete()


class Playlist(models.Model):
    """`entries`: a list of `watchium.services.playlists.PlaylistItem` as JSON."""

    # No index of its own: the constraint's begins with the person.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=MAX_NAME)
    entries = models.TextField(default="[]")
    count = models.PositiveSmallIntegerField(default=0)
    duration = models.FloatField(null=True, blank=True)  # of all of them together, if it is known of each
    updated_at = models.DateTimeField(auto_now=True)

    objects = PlaylistQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="playlist_name_once")]

    def __str__(self) -> str:
        return self.name
