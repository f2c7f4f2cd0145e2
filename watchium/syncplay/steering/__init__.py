"""Measures how a Syncplay client's player follows, and decides how it is corrected. Pure: time is an argument."""
