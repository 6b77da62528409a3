"""How fast the program is, beside what the same work costs at least and what others take for it."""
