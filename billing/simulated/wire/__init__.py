"""The dialect: how requests are written, what they may hold, how answers and errors look."""
