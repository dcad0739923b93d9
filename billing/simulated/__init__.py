"""A payment processor inside this installation: it speaks Stripe's dialect, moves no money and says so everywhere."""
