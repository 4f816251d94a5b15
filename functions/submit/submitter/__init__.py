"""Takes submissions in: checks, records and coalesces them."""
