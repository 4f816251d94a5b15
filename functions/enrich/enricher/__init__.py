"""Enrich: from the cleaned article to the enriched one."""
