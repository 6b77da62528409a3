"""What people use instead: the script that somebody writes in an afternoon, and octoDNS."""
