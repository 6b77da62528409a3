"""Adopting an installation that MachShop's own tables describe."""
