"""Media on the server's own disk: found by `scanning`, uploaded by staff (`uploads`), served by `views`."""
