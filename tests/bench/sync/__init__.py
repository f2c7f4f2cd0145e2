"""How far apart players really are: the protocol of a run, its figures and its report. `python -m tests.bench.sync`."""
