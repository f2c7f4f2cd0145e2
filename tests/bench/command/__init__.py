"""What the database's side of Watchium costs: a command with all its rows, a heartbeat, a second's round, a join."""
