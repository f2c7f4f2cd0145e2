"""Lets Syncplay's clients, which steer mpv and VLC, join rooms. Off by default; imported only when it is on."""
