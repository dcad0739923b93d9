"""Letters: to a local outbox page on a fresh install, else by SMTP or Amazon SES."""

from infra.mail.send import Mail, send

__all__ = ["Mail", "send"]
