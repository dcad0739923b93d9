"""What the hotline's leads see: what came in, and how gifts are taken."""
