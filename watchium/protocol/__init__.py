"""The protocol: every message in either direction as a typed struct, and the renderers of its documentation."""
