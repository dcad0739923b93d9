"""From the bytes of a bank's file to its lines: signs, columns, numbers and days; pure, and knows no hotline."""
