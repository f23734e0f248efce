"""Programs that use the library as applications do."""
