"""Where accounts, owners and opportunities come from: one module or package per source."""
