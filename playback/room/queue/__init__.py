"""The room's queue: commands about it, and what plays when the media end."""
