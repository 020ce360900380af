"""What is remembered from night to night: spells of accounts, daily books, runs, alerts, the outbox."""
