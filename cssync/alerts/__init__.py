"""The life of an alert: pure, one snapshot at a time."""
