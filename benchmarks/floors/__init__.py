"""The least that each task costs: the same answer with nothing around it, as small scripts."""
