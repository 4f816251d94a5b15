"""Tells the world what was committed."""
