"""Skew between players: the script of a run, its figures and its report. `python -m tests.bench.sync`."""
