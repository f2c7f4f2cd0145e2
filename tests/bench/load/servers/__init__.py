"""Servers under comparison: one process each, configured by the command line."""
