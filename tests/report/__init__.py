"""Plans and findings as text: complete, harmless and within limits."""
