"""Tests of the rooms that speak SQL, and of the servers they run on."""
