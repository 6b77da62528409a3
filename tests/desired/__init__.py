"""Tests of reading the desired state: files, YAML, git."""
