"""Takes the files of the inbox: lists of URLs, CSV, JSON Lines, sitemaps."""
