"""The nouns of the product: pure data, no I/O, no clock."""
