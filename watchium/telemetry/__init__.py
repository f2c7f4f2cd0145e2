"""Metrics and logs of this process: counted in memory, shared with other processes through files, kept ten minutes."""
