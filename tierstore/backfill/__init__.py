"""Writing items of earlier schema versions in today's shape, in the background of a running application."""
