"""A folder in, findings out: every kind of finding has its scenario."""
