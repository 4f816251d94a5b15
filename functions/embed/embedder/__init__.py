"""Turns articles into vectors."""
