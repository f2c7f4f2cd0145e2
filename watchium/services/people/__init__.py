"""Use cases over all that the apps keep of a person."""
