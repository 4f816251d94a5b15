"""The discover stage: reads feeds, sitemaps and front pages, and submits what they list."""
