"""How a digest reaches people: one module or package per sink, and the delivery that drives them."""
