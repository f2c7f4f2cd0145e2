"""Images that members send: re-encoded, so that nothing but the picture is left."""
