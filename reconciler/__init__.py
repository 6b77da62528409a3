"""Declarative GitOps for per-site extension configuration kept in PostgreSQL."""

__version__ = "0.1.0"
