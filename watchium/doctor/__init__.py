"""Checks for `manage.py doctor`: the causes that could keep this installation from working, each with its fix."""
