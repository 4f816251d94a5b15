"""Commits articles."""
