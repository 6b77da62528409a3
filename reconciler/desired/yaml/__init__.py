"""One file at a time, read strictly: a value that every reader agrees on, or findings."""
