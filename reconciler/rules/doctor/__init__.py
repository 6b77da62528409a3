"""What a live database's catalog must be: compared with what the migrations make, and by rules."""
