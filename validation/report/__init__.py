"""Reports for people and for machines, all rendered from one JSON document."""
