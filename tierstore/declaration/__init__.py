"""The language in which a data model is declared."""
