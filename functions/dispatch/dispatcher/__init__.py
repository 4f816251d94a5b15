"""Releases what is due and re-sends what is stuck."""
