"""Tests of the use cases, on real git repositories and real PostgreSQL."""
