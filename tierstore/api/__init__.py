"""The operations that applications call, one group a module; each runs the declared access pattern of its name."""
