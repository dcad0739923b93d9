"""Letters through Amazon SES, by boto3."""

import asyncio
from email.message import EmailMessage

import boto3


async def hand_over(message: EmailMessage) -> None:
    """Hand one letter to SES."""
    client = boto3.client("ses")
    await asyncio.to_thread(client.send_raw_email, RawMessage={"Data": message.as_bytes()})
