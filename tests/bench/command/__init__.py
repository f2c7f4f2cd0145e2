"""Cost of database work: a command with all its rows, a heartbeat, the periodic work of a second, a join."""
