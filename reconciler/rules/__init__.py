"""What a desired state must satisfy: one file per rule, pure."""
