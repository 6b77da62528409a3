"""Publishing, against a local server that answers as GitHub does."""
