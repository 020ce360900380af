"""Slack by bot token or incoming webhook: how a digest looks there, and what Slack's answers mean."""
