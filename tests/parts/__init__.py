"""The parts of the suite that `python -m tests` runs, each a function that returns whether it passed."""
