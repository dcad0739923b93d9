"""What got lost on the way: messages and recordings that lie with a telephone company, names of legs long over."""
