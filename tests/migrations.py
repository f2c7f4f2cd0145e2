"""Migrate the test database back and forward again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

Target = tuple[str, str]  # an app and the name of its last migration that stays, or "" for none
LATEST = ("", "")
Walk = Iterator[Target]  # makes rows, yields a target, looks there, yields again, and looks after the latest


@dataclass
class Step:
    """A migration, and the models before and after each of its operations."""

    migration: Migration
    operations: list[tuple[Operation, ProjectState, ProjectState]] = field(default_factory=list)

    @property
    def key(self) -> Target:
        return self.migration.app_label, self.migration.name

    def apply(self) -> None:
        with connection.schema_editor(atomic=True) as editor:
            for operation, before, after in self.operations:
                operation.database_forwards(self.migration.app_label, editor, before, after)
        MigrationRecorder(connection).record_applied(*self.key)

    def unapply(self) -> None:
        with connection.schema_editor(atomic=True) as editor:
            for operation, before, after in reversed(self.operations):
                operation.database_backwards(self.migration.app_label, editor, after, before)
        MigrationRecorder(connection).record_unapplied(*self.key)


class RenderedMigrations:
    """The way back from the latest migrations of all apps to each target in turn, and forward again, for all walks.

    Django renders the models of each operation twice on the way back and once on the way forward: nine tenths of the
    time of three walks, now once for all. `tests/faults/test_migrations.py` goes back and forth with `manage.py`.
    """

    def __init__(self, *targets: Target) -> None:
        loader = MigrationLoader(None)
        self._graph = loader.graph
        back = list(dict.fromkeys(key for target in targets for key in self._back_to(target)))
        every = dict.fromkeys(
            key for leaf in self._graph.leaf_nodes() for key in self._graph.forwards_plan(leaf)
        )
        state = ProjectState(real_apps=loader.unmigrated_apps)
        for key in every:
            if key not in back:
                self._graph.nodes[key].mutate_state(state, preserve=False)
        assert state.apps  # rendered
        self._steps = []
        for key in reversed(back):
            step = Step(self._graph.nodes[key])
            assert step.migration.atomic
            for operation in step.migration.operations:
                assert operation.reversible
                before, state = state, state.clone()
                operation.state_forwards(step.migration.app_label, state)
                step.operations.append((operation, before, state))
            self._steps.append(step)
        self._applied = len(self._steps)

    def back(self, app: str, name: str) -> None:
        """Go back to a migration, or to before the first; migrations of other apps that depend on it follow."""
        gone = set(self._back_to((app, name)))
        while any(step.key in gone for step in self._steps[: self._applied]):
            self._applied -= 1
            self._steps[self._applied].unapply()

    def forward(self, app: str = "", name: str = "") -> None:
        """Go forward to a migration, or to the latest of all apps."""
        while self._applied < len(self._steps):
            step = self._steps[self._applied]
            step.apply()
            self._applied += 1
            if step.key == (app, name):
                return

    def _back_to(self, target: Target) -> list[Target]:
        """Return what goes, the latest first."""
        app, name = target
        later = sorted(key for key in self._graph.nodes if key[0] == app and key[1] > name)
        return self._graph.backwards_plan(later[0])


@contextmanager
def walked(migrations: RenderedMigrations, walks: Sequence[Walk]) -> Iterator[None]:
    """Make the rows of all walks, go back to the target of each in turn, and look there, and after the latest."""
    targets = [next(walk) for walk in walks]
    try:
        for walk, target in zip(walks, targets, strict=True):
            migrations.back(*target)
            next(walk)
        yield
    finally:
        migrations.forward()
    for walk in walks:
        assert next(walk, "ended") == "ended"
