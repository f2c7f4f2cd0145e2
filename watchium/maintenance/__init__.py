"""Daily maintenance: its work, its schedule, and the thread of a server process that runs it."""
