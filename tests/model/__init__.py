"""What the nouns promise: canonical form, merge patch, plans as documents."""
