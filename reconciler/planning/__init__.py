"""Comparison of desired, last-applied and live state into a plan; pure."""
