"""The messages about people: what members may do."""
