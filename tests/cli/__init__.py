"""The command line as its users see it: output, streams, exit codes."""
