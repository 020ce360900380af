"""The rules engine, and one small file per rule."""
