"""Changes one place in the text of a YAML file; every other character stays as it was."""
