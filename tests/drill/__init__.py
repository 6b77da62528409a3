"""The recovery drill: a server is lost, and brought back as it was at a chosen moment.

``make recovery-drill``
"""
