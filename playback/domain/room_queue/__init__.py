"""The pure rules of a room's queue: its state, the order of turns, who may do what, and what a change is."""
