"""The use cases: each brings the rooms below together, once."""
