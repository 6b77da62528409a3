"""The specification of the reconciler, as tests."""
