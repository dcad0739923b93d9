"""What is charged again by itself at the processor: looked at, changed, paused, ended."""
