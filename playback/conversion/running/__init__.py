"""Run conversions: claim jobs, run ffmpeg within limits, watch it, and store results or reasons."""
