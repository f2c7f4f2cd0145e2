"""The log of acts, below the actions that write it."""
