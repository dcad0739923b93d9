"""Amazon Polly, through boto3: voices that sound like people. What is said leaves this installation for AWS."""

import asyncio
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

from infra.speech.engines import NoVoice
from infra.speech.wav import write

_RELATED = {"zh": "cmn", "zh-hk": "yue", "zh-hant-hk": "yue", "nb": "nb-no", "no": "nb-no"}
_QUALITY = ("neural", "standard")
_PATIENCE = Config(connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 2})
"""A caller is waiting: rather eSpeak at once than Polly in a minute."""


@lru_cache(maxsize=1)
def _polly() -> Any:
    return boto3.client("polly", config=_PATIENCE)


@lru_cache(maxsize=1)
def _voices() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = _polly().describe_voices(IncludeAdditionalLanguageCodes=False)["Voices"]
    return sorted(listed, key=lambda voice: (not _engines(voice), voice["LanguageCode"], voice["Id"]))


def _engines(voice: dict[str, Any]) -> list[str]:
    return [engine for engine in _QUALITY if engine in voice.get("SupportedEngines", ())]


def _chosen(language: str, name: str) -> dict[str, Any]:
    """The voice of this name, else the best for the language: its own region's, then any of it. Raises NoVoice."""
    parts = language.lower().split("-")
    tags = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    for tag in (_RELATED.get(tag, tag) for tag in tags):
        for voice in _voices():
            code = voice["LanguageCode"].lower()
            if (voice["Id"] == name) if name else (code == tag or code.startswith(f"{tag}-")):
                return voice
    raise NoVoice(name or language)


def _said(text: str, language: str, name: str, rate: int) -> bytes:
    voice = _chosen(language, name)
    answer = _polly().synthesize_speech(
        Text=text,
        VoiceId=voice["Id"],
        Engine=next(iter(_engines(voice)), "standard"),
        LanguageCode=voice["LanguageCode"],
        OutputFormat="pcm",
        SampleRate=str(rate),
    )
    return write(answer["AudioStream"].read(), rate)


async def say(text: str, language: str, voice: str, rate: int) -> bytes:
    """The text as WAV. `voice`: one of Polly's by its id, such as `Amy`."""
    return await asyncio.to_thread(_said, text, language, voice, rate)
