"""Reports delivered to where the plan is read."""
