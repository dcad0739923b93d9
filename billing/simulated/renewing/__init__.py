"""What comes again: subscriptions, their invoices, and the clocks that tests let run ahead."""
