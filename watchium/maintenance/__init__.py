"""Daily maintenance: what it does, when it is due, and the thread on which a serving process does it."""
