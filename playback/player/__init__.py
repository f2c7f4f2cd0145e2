"""A device's player: the same in every tab, and restored after the browser was closed."""
