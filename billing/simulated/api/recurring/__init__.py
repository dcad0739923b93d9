"""What recurs and what it is made of: products, prices, invoices, subscriptions, the portal."""
