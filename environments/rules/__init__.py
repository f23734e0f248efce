"""The rules that well-formed settings can still break: what AWS would refuse together, what is unsafe in production.

Each gives findings; `environments.loader` refuses the environment with them.
"""
