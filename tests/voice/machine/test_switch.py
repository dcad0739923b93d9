"""Asterisk as a machine: starts, is asked, is killed, is told when its port is taken."""

import asyncio
import os
import shutil
import signal
import socket
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from infra.services import InUseError
from infra.services.trouble import CannotStartError
from infra.services.voice import config
from infra.services.voice.asterisk import Switch
from infra.services.voice.found import asterisks, from_url
from infra.services.voice.instance import Instance
from infra.services.voice.probe import answers_ari, answers_sip
from infra.services.voice.program import fetched
from infra.settings import SettingError
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk, ports, running
from tests.voice.sipp import Sipp, address


async def test_it_answers_ari_and_sip_and_is_recent(asterisk: Asterisk) -> None:
    assert int(asterisk.at.version.split(".")[0]) >= 20
    info = (await asterisk.ari("GET", "/asterisk/info")).json()
    assert asterisk.at.version in info["system"]["version"]
    assert await answers_ari(asterisk.at)
    assert await answers_sip(asterisk.sip)
    assert not await answers_ari(replace(asterisk.at, password="wrong"))


async def test_every_module_that_is_asked_for_runs(asterisk: Asterisk) -> None:
    asked = (asterisk.switch.instance.folder / "etc/modules.conf").read_text()
    wanted = {line.split()[-1] for line in asked.splitlines() if line.startswith("load = ")}
    found = {module["name"]: module["status"] for module in (await asterisk.ari("GET", "/asterisk/modules")).json()}
    assert {name for name in wanted if found.get(name) != "Running"} == set()


async def test_it_has_a_transport_for_every_kind_of_trunk_and_for_browsers(asterisk: Asterisk) -> None:
    for name in ("udp", "tcp", "tls", "ws"):
        found = await asterisk.ari("GET", f"/asterisk/config/dynamic/res_pjsip/transport/{name}")
        assert {"attribute": "protocol", "value": name} in found.json()
    for port in (asterisk.switch.instance.ports.sip, asterisk.switch.instance.ports.tls):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()


async def test_behind_another_address_it_names_that_one(asterisk: Asterisk, tmp_path: Path) -> None:
    wide = replace(asterisk.switch.instance, folder=tmp_path, sip_host="0.0.0.0", public_address="203.0.113.7")
    etc = config.write(wide, tmp_path / "run")
    assert (etc / "pjsip.conf").read_text().count("external_media_address = 203.0.113.7") == 3
    assert f"{wide.local_address} => 203.0.113.7" in (etc / "rtp.conf").read_text()
    assert "0.0.0.0 =>" not in (etc / "rtp.conf").read_text()
    assert wide.coordinates().sip == f"203.0.113.7:{wide.ports.sip}"


async def test_the_app_finds_it_by_its_file_and_others_by_the_settings(asterisk: Asterisk) -> None:
    found = asterisks(asterisk.data_dir, "https://me:s%40w@pbx.example.org:8089/ari?app=east&sip=pbx.example.org:5070")
    assert found[0] == asterisk.at
    assert (found[1].ari, found[1].password, found[1].app) == ("https://pbx.example.org:8089/ari", "s@w", "east")
    assert (found[1].ws, found[1].sip) == ("wss://pbx.example.org:8089/ws", "pbx.example.org:5070")
    assert (asterisk.data_dir / "voice/test.json").stat().st_mode & 0o077 == 0
    with pytest.raises(SettingError, match="HARK_ASTERISK"):
        from_url("pbx.example.org")


async def test_nobody_without_an_account_or_a_trunk_gets_in(asterisk: Asterisk) -> None:
    phone = await Sipp.start(scenarios.caller_refused(401), to=asterisk.sip, number="442079460000", host=address(77))
    outcome = await phone.done()
    assert outcome.code == 0, outcome.complaints
    assert [status for status in outcome.statuses if status != 100] == [401]
    assert await asterisk.channels() == []


async def test_a_caller_whom_no_app_takes_hears_a_notice_and_leaves_a_message(asterisk: Asterisk) -> None:
    await asterisk.trunk("plain", address(2))
    phone = await Sipp.start(scenarios.caller(), to=asterisk.sip, number="442079460000")
    begun = asyncio.get_running_loop().time()
    await phone.until("SIP/2.0 200")
    assert asyncio.get_running_loop().time() - begun < 1.5  # our app isn't there, so the fallback answers at once
    await phone.sound.until_heard(4)  # "nobody is available …"
    await _until_recording(asterisk)
    await phone.sound.say(2)
    await phone.hang_up()
    await asterisk.until_quiet()
    [message] = asterisk.voicemail.glob("442079460000_442079460123_*.wav")
    with wave.open(str(message)) as file:
        assert file.getnframes() / file.getframerate() > 1.5
        assert max(file.readframes(16000)[1::2]) > 40
    message.unlink()


async def _until_recording(asterisk: Asterisk) -> None:
    async with asyncio.timeout(20):
        while not any(channel["dialplan"]["app_name"] == "Record" for channel in await asterisk.channels()):
            await asyncio.sleep(0.1)


async def test_a_killed_asterisk_is_back_and_its_app_needs_no_new_word() -> None:
    async with running() as one:
        assert one.switch.keeper.pid
        before = one.switch.keeper.pid
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(15):
            while one.switch.keeper.pid in (None, before) or not await answers_sip(one.sip):
                await asyncio.sleep(0.05)
        assert await answers_ari(one.at)
        assert asterisks(one.data_dir, "") == [one.at]


async def test_a_taken_port_is_told_with_the_setting_to_change(tmp_path: Path) -> None:
    wanted = ports()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", wanted.sip))
        with pytest.raises(CannotStartError, match=f"UDP port {wanted.sip} is taken .* HARK_SIP_PORT="):
            async with running(ports=wanted):
                pass


async def test_two_run_side_by_side_but_never_in_one_folder(asterisk: Asterisk) -> None:
    async with running(name="second") as second:
        assert await answers_sip(asterisk.sip)
        assert second.at.name == "second"
        with pytest.raises(InUseError):
            Switch(second.data_dir, second.switch.instance)


async def test_what_it_writes_names_no_caller(asterisk: Asterisk) -> None:
    log = (asterisk.switch.instance.folder / "asterisk.log").read_text()
    assert "442079460123" not in log


async def test_an_asterisk_that_has_gone_silent_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.services.voice.asterisk.WATCH_SECONDS", 0.2)
    async with running(name="silent") as one:
        before = one.switch.keeper.pid
        assert before
        os.kill(before, signal.SIGSTOP)  # alive, and deaf
        async with asyncio.timeout(30):
            while one.switch.keeper.pid in (None, before) or not await answers_sip(one.sip):
                await asyncio.sleep(0.05)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs Asterisk as another user, who may be kept out")
async def test_root_keeps_elsewhere_what_the_services_account_cannot_reach(tmp_path: Path, asterisk: Asterisk) -> None:
    tmp_path.chmod(0o700)
    found = asterisk.switch.instance.program
    if found.home is None:
        pytest.skip("this system's own Asterisk is within everybody's reach")
    shutil.copytree(found.home, tmp_path / "asterisk", symlinks=True)
    hidden = fetched(tmp_path / "asterisk")
    instance = Instance(name="hidden", folder=tmp_path, program=hidden, ports=ports())
    switch = Switch(tmp_path / "var", instance)
    try:
        await switch.start()
        assert switch.instance.program != hidden
        assert await answers_sip((switch.instance.sip_host, switch.instance.ports.sip))
    finally:
        await switch.stop()
        shutil.rmtree(switch.instance.folder)
        assert switch.instance.program.home
        shutil.rmtree(switch.instance.program.home)
