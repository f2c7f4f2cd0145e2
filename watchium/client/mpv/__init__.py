"""Watch in mpv: `python -m watchium.client.mpv ROOM_URL [FILE]` keeps mpv in step with a room. See docs/clients.md."""
