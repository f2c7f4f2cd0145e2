"""What could keep Watchium from working well here, each with its fix. `manage.py doctor` asks all of it."""
