"""Results as text: one template per format."""
