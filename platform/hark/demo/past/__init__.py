"""The month that the example hotlines look back on: calls played through their own flows, and what was made of them."""
