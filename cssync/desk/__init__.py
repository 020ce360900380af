"""Where people decide about alerts, at the command line or by pressing a button in Slack.

``decisions`` writes down what they decide; ``slack`` is the same by Socket Mode, for as long as the schedule runs.
"""
