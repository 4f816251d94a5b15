"""Writes the data set from the change feed."""
