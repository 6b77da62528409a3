"""From states to plans: differences, origins, order."""
