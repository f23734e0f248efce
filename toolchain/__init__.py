"""Installs the pinned tools and runs them: Python packages, Node, CDKTF, Terraform's settings, redis-server.

Uses the standard library only, because it runs before anything is installed.
"""
