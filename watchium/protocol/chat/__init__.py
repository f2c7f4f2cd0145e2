"""Messages about comments that were posted before."""
