"""Cases: help that goes on after a call, through the stages of the hotline's own workflow."""
