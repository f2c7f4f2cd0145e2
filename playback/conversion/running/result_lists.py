"""The playlists of a result while it grows: written again whenever ffmpeg has finished segments."""

from __future__ import annotations

import os
from pathlib import Path

from playback.conversion import hls_playlist, storage
from playback.conversion.ffmpeg_command import FFMPEG_LIST, FROM_START, Resumption
from playback.conversion.hls_playlist import INDEX, INIT, AudioRendition, MediaPlaylist, VideoRendition
from playback.conversion.init_segment import TrackFormat, track_format
from playback.conversion.plan import Plan
from playback.conversion.running.failures import Failure
from playback.domain.conversions import MASTER
from playback.domain.library.problems import NO_OUTPUT, OTHER_FFMPEG

MAX_INIT_BYTES = 256 * 1024


class ResultLists:
    """The lists of one attempt. `earlier`: those of the attempt before, truncated to where this one continues."""

    def __init__(self, folder: Path, plan: Plan, earlier: dict[str, MediaPlaylist]):
        self._folder = folder
        self._plan = plan
        self._earlier = earlier
        self._shown = dict(earlier)
        self._has_master = False
        self._checked: set[str] = set()  # renditions whose initialisation segment is ours

    @property
    def playable(self) -> bool:
        """Whether a player can begin."""
        return self._has_master

    @property
    def prepared_s(self) -> float:
        """Media time that every rendition has."""
        return min((playlist.duration_s for playlist in self._shown.values()), default=0.0)

    @property
    def resumption(self) -> Resumption:
        if not self._plan.resumes or not self._earlier:
            return FROM_START
        ends_s = tuple(self._earlier[name].duration_s for name in self._plan.renditions)
        segments = len(self._earlier[self._plan.renditions[0]].segments)
        videos = len(self._plan.videos)
        return Resumption(segments, ends_s[:videos], ends_s[videos:])

    def update(self) -> None:
        """Write the lists that have grown. Raises OSError."""
        for name, playlist in self._current().items():
            if len(playlist.segments) > len(self._shown.get(name, MediaPlaylist()).segments):
                self._shown[name] = playlist
                storage.write_text(self._folder / name / INDEX, playlist.to_text(ended=False))
        if not self._has_master and self._is_complete():
            self._write_master()

    def finish(self) -> float:
        """Write the final lists and remove ffmpeg's; return the duration. Raises OSError, Failure without output."""
        self._shown = self._current()
        if not self._is_complete():
            raise Failure(NO_OUTPUT)
        for name, playlist in self._shown.items():
            storage.write_text(self._folder / name / INDEX, playlist.to_text(ended=True))
            for file in (self._folder / name).glob("ffmpeg*"):
                file.unlink()
        self._write_master()
        return max(playlist.duration_s for playlist in self._shown.values())

    def _current(self) -> dict[str, MediaPlaylist]:
        """Return all whole segments: of a resumed run behind those of the earlier one, else its own."""
        lists = storage.read_lists(self._folder, self._plan.renditions, FFMPEG_LIST)
        for name, playlist in lists.items():
            if playlist.init and playlist.segments and name not in self._checked:
                self._take_init(name, playlist.init)
                self._checked.add(name)
        lists = {
            name: MediaPlaylist(INIT if playlist.segments else "", playlist.segments)
            for name, playlist in lists.items()
        }
        if not self._plan.resumes:
            return lists
        return {name: self._earlier.get(name, MediaPlaylist()).continued(lists[name]) for name in lists}

    def _take_init(self, name: str, of_ffmpeg: str) -> None:
        """Keep the initialisation segment for all runs: players load it once. Raises Failure if it has changed."""
        data = (self._folder / name / of_ffmpeg).read_bytes()
        ours = self._folder / name / INIT
        if not ours.exists():
            storage.write_bytes(ours, data)
        elif ours.read_bytes() != data:
            for rendition in self._plan.renditions:  # the next attempt begins at the start
                (self._folder / rendition / INDEX).unlink(missing_ok=True)
            raise Failure(OTHER_FFMPEG, retried=True)

    def _is_complete(self) -> bool:
        names = self._plan.renditions
        lists = [self._shown.get(name, MediaPlaylist()) for name in names]
        return bool(names) and all(playlist.init and playlist.segments for playlist in lists)

    def _write_master(self) -> None:
        formats = {name: self._format(name) for name in self._plan.renditions}
        audio = [AudioRendition(track, formats[track.name].codec) for track in self._plan.audio]
        sound = self._sound_rates()
        videos = [self._video(track.name, formats[track.name], sound) for track in self._plan.videos]
        storage.write_text(self._folder / MASTER, hls_playlist.master(videos, audio))
        self._has_master = True

    def _video(self, name: str, found: TrackFormat, sound: tuple[float, float]) -> VideoRendition:
        peak, average = (int(mine + its) for mine, its in zip(self._rates(name), sound, strict=True))
        return VideoRendition(name, found.codec, found.width, found.height, peak, average)

    def _format(self, name: str) -> TrackFormat:
        """Raises OSError, and Failure if ffmpeg wrote something else."""
        with (self._folder / name / self._shown[name].init).open("rb") as file:
            found = track_format(file.read(MAX_INIT_BYTES))
        if found is None:
            raise Failure(NO_OUTPUT)
        return found

    def _sound_rates(self) -> tuple[float, float]:
        """Return the largest peak and the largest mean of the audio tracks."""
        rates = [self._rates(track.name) for track in self._plan.audio]
        return max((peak for peak, _ in rates), default=0.0), max((mean for _, mean in rates), default=0.0)

    def _rates(self, name: str) -> tuple[float, float]:
        """Return the peak and the mean bit rate of a rendition."""
        playlist = self._shown[name]
        sizes = [self._size(name, segment.name) for segment in playlist.segments]
        peak = max(
            size * 8 / segment.duration_s for size, segment in zip(sizes, playlist.segments, strict=True)
        )
        return peak, sum(sizes) * 8 / playlist.duration_s

    def _size(self, rendition: str, name: str) -> int:
        return os.stat(self._folder / rendition / name).st_size
