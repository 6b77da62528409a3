"""The command line: flags to operation to report to exit code."""
