"""Each rule over small desired states: what it finds, and where."""
