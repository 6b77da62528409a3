"""The desired state, read from a working tree or from git objects."""
