"""What those who operate cssync go by: whether the last night was fine, told by command, ping, metric and report."""
