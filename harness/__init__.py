"""What tests and benchmarks share, so that neither imports the other.

``fakes`` holds the ports in memory, ``simulation`` a crawl in simulated time, ``aws`` the stack's resources in moto,
and ``measures`` the scores of our enrichers on the evaluation data. Nothing here is deployed.
"""
