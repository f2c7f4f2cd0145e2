"""One job from its claim to its result: ffmpeg writes segments, and the lists for players grow with them."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, transaction
from django.utils import timezone

from playback import sandbox
from playback.conversion import budget, play_when_ready, storage
from playback.conversion.ffmpeg_command import arguments
from playback.conversion.hls_playlist import MediaPlaylist
from playback.conversion.plan import MUSIC, CannotConvert, Plan, plan_of
from playback.conversion.running import failures, process
from playback.conversion.running.failures import Failure
from playback.conversion.running.lease import Lease, LeaseLost
from playback.conversion.running.progress_lines import ProgressReader
from playback.conversion.running.result_lists import ResultLists
from playback.conversion.running.source import Source
from playback.domain.conversions import plays_through, share_done
from playback.domain.library import problems
from playback.models import Conversion, PlayWhenReady
from playback.models.conversion import DONE, MAX_ATTEMPTS, RUNNING

logger = logging.getLogger(__name__)

SLOWEST = 20  # times the duration
SHORTEST_LIMIT_S = 600.0
UNKNOWN_LIMIT_S = 6 * 3600.0
CPUS = 2  # processor seconds a second that the limit of CPU time allows
CHECK_S = 1.0  # between two looks at file and disk
SIZE_S = 10.0  # between two looks at the size of what an upload becomes
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class Stopped(Exception):
    """The worker ends. The job goes back to the queue."""


class Job:
    """A claimed conversion. `stopping` is set when the worker ends."""

    def __init__(
        self, row: Conversion, stopping: threading.Event, clock: Callable[[], float] = time.monotonic
    ):
        self.row = row
        self._stopping = stopping
        self._clock = clock
        self._source = Source(row)
        self._lease = Lease(row)
        self._reason: Exception | None = None
        self._began_s, self._checked_s, self._sized_s = clock(), 0.0, clock()

    def run(self) -> None:
        """Convert the file, and store the result or why there is none."""
        try:
            self._convert()
        except CannotConvert as reason:
            self._fail(Failure(str(reason)))
        except Failure as failure:
            self._fail(failure)
        except Stopped:
            Conversion.objects.give_back(self.row, failed=False)
        except LeaseLost:
            self._remove_unless_taken_over()
        except OSError as error:
            full = error.errno in DISK_FULL
            text = problems.DISK_FULL if full else problems.NOT_STORED.format(reason=error.strerror)
            self._fail(Failure(text))
        except DatabaseError:
            raise
        except Exception:
            logger.exception("conversion %d failed", self.row.pk)
            self._fail(Failure(problems.INTERNAL))

    def _convert(self) -> None:
        if sandbox.ffmpeg() is None:
            raise Failure(problems.NOT_INSTALLED)
        self._source.check()
        facts = self.row.source.media_facts
        if facts is None:
            raise Failure(problems.NOT_SCANNED)
        plan = plan_of(facts, self.row.height, self.row.light)
        self._make_room(plan)
        folder, lists = self._begin(plan)
        self._run_ffmpeg(plan, folder, lists)
        self._require_size()
        self._source.check()
        self._finish(folder, lists.finish() if lists else plan.duration_s)

    def _make_room(self, plan: Plan) -> None:
        needed = budget.expected_bytes(plan, self.row.source_size)
        if not budget.make_room(needed, timezone.now()):
            raise Failure(failures.no_room(needed / budget.GB, budget.budget_bytes() / budget.GB))
        if storage.free_bytes() < needed + failures.LEAST_FREE_BYTES:
            raise Failure(problems.DISK_FULL)

    def _begin(self, plan: Plan) -> tuple[Path, ResultLists | None]:
        """Make this attempt's folder, with the whole segments of the attempt before."""
        owner, job, attempt = self.row.owner, self.row.pk, self.row.attempts
        earlier = storage.earlier_part(owner, job, attempt)
        folder = storage.begin(owner, job, attempt, plan.renditions)
        if plan.kind == MUSIC:
            return folder, None
        lists = _common(storage.read_lists(earlier, plan.renditions)) if earlier else {}
        if earlier is not None:
            storage.take_over(earlier, folder, lists)
        return folder, ResultLists(folder, plan, lists)

    def _run_ffmpeg(self, plan: Plan, folder: Path, lists: ResultLists | None) -> None:
        resumption = lists.resumption if lists else None
        words = arguments(plan, str(self._source.path), *([resumption] if resumption else []))
        limit_s = SLOWEST * plan.duration_s if plan.duration_s else UNKNOWN_LIMIT_S
        limit_s = max(SHORTEST_LIMIT_S, limit_s)

        def watch(progress: ProgressReader) -> bool:
            try:
                self._report(plan, lists, progress, limit_s)
            except (Failure, Stopped, LeaseLost, OSError) as reason:
                self._reason = reason
                return False
            return True

        outcome = process.run(words, folder, cpu_s=int(CPUS * limit_s), watch=watch)
        if self._reason is not None:
            raise self._reason
        if outcome.code:
            self._source.check()
            raise failures.failure_of(outcome)

    def _report(
        self, plan: Plan, lists: ResultLists | None, progress: ProgressReader, limit_s: float
    ) -> None:
        """Four times a second: grow the lists, look at file and disk, renew the lease with the progress."""
        if self._stopping.is_set():
            raise Stopped
        if lists is not None:
            lists.update()
        if self._clock() - self._checked_s >= CHECK_S:
            self._checked_s = self._clock()
            self._source.check()
            if storage.free_bytes() < failures.LEAST_FREE_BYTES:
                raise Failure(problems.DISK_FULL)
            if self._clock() - self._began_s > limit_s:
                raise Failure(problems.TOO_SLOW)
        if self._clock() - self._sized_s >= SIZE_S:
            self._sized_s = self._clock()
            self._require_size()
        playable = lists is not None and lists.playable
        # ffmpeg counts from where it went on.
        before_s = lists.resumption.seek_s if lists is not None else 0.0
        share = share_done(before_s + progress.out_s, plan.duration_s)
        self._lease.renew(progress=share, speed=progress.speed, playable=playable)
        if lists is not None and playable:
            self._play_if_ready(plays_through(lists.prepared_s, plan.duration_s, progress.speed))

    def _require_size(self) -> None:
        """Raise Failure if an upload becomes far larger than the space that was kept for it: it may be made to."""
        if self.row.upload_id is not None:
            folder = storage.part(self.row.owner, self.row.pk, self.row.attempts)
            if storage.size_of(folder) > budget.most_bytes(self.row.size):
                raise Failure(problems.TOO_LARGE)

    def _finish(self, folder: Path, duration_s: float | None) -> None:
        """Rename the folder, then store the result. If the lease was lost in between, the folder was never shown."""
        self._lease.renew()
        size = storage.size_of(folder)
        owner, job = self.row.owner, self.row.pk
        whole = storage.finish(owner, job, self.row.attempts)
        with transaction.atomic():
            values = {"state": DONE, "progress": 1.0, "duration": duration_s, "size": size, "playable": True}
            stored = Conversion.objects.held(self.row).update(**values, finished_at=timezone.now(), error="")
            if stored:
                Conversion.objects.show_result(self.row)
        if not stored:
            storage.remove(whole)
            raise LeaseLost
        self._play_if_ready(True)

    def _play_if_ready(self, ready: bool) -> None:
        """Have the rooms that wait for the item play it. Trouble there is no trouble of the conversion."""
        if ready:
            try:
                play_when_ready.play_ready(self.row)
            except Exception:
                logger.exception("a room does not play conversion %d", self.row.pk)

    def _fail(self, failure: Failure) -> None:
        owner, job, attempt = self.row.owner, self.row.pk, self.row.attempts
        if failure.retried and self.row.failed_attempts < MAX_ATTEMPTS:
            logger.warning("conversion %d is tried again: %s", job, failure)
            Conversion.objects.give_back(self.row, failed=True)
            return
        logger.warning("conversion %d of %s failed: %s", job, self.row.source, failure)
        if Conversion.objects.fail(self.row, str(failure)):
            PlayWhenReady.objects.forget(self.row)
        storage.remove(storage.part(owner, job, attempt))

    def _remove_unless_taken_over(self) -> None:
        """Leave the folder to a worker that has the job now."""
        logger.info("conversion %d was cancelled or taken over", self.row.pk)
        if not Conversion.objects.filter(pk=self.row.pk, state=RUNNING).exists():
            storage.remove(storage.part(self.row.owner, self.row.pk, self.row.attempts))


def _common(lists: dict[str, MediaPlaylist]) -> dict[str, MediaPlaylist]:
    """Truncate the lists to the segments that all have; return none if a list has none."""
    count = min((len(playlist.segments) for playlist in lists.values()), default=0)
    if not count or not all(playlist.init for playlist in lists.values()):
        return {}
    return {name: playlist.first(count) for name, playlist in lists.items()}
