"""Preparation of library items that not every browser plays: plans, ffmpeg, jobs, storage and serving of results."""
