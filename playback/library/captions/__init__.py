"""Captions of films in the library: files beside a film, and text tracks inside it."""
