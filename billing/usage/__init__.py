"""What a hotline used of what costs money, by the month: telephone minutes, messages, numbers, storage; each counted
once."""
